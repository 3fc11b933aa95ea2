/** Puts another job in the place of one that waits, with its unique key. */
import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import type { RawItem } from '../../core/job/job.ts'
import type { ShardVersion } from '../../core/shard/state.ts'
import type { Swap, SwapOutcome } from '../../ports/store.ts'
import { type Database, failedPart, isBusy, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { countsAsPass } from './job-ends.ts'
import { isStill } from './judged.ts'
import { NOT_THERE } from './keyed.ts'
import { isFull, sizeChanges } from './sizes.ts'
import { putOverOwn } from './unique.ts'

export async function swapWaiting(
  database: Database,
  state: ShardVersion,
  item: RawItem,
  { next, lock, expiresAt, rooms }: Swap,
): Promise<SwapOutcome> {
  // One transaction can do one thing with a key.
  if (next.pk === item.pk && next.sk === item.sk) return 'occupied'
  const TableName = database.tables.jobs
  const [Key, isAsRead] = [
    toItem({ pk: item.pk, sk: item.sk }),
    isStill(item, 'job', new UpdateExpression()).buildCondition(),
  ]
  const asked = [
    // Race: a pass has claimed the job since the state was read, or is about to.
    countsAsPass(database, state, expiresAt),
    { Delete: { TableName, Key, ...isAsRead } },
    { Put: { TableName, Item: toItem(next), ConditionExpression: NOT_THERE } },
    // Race: another call has taken the key over.
    putOverOwn(database, lock, item),
  ]
  const parts = [...asked, ...sizeChanges(database, [item], [next], rooms)]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return 'swapped'
  } catch (error) {
    if ([0, 1, 3].some((part) => failedPart(error, part)) || isBusy(error)) return 'stale'
    if (failedPart(error, 2)) return 'occupied'
    if (isFull(error, asked.length, parts)) return 'full'
    throw error
  }
}
