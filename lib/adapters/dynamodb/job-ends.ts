/** How jobs that wait are ended without an attempt, and how a job is marked as cancelled. */
import {
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Cancellation } from '../../core/job/doom.ts'
import type { RawItem } from '../../core/job/job.ts'
import type { ShardVersion } from '../../core/shard/state.ts'
import type { Burial, EndWaitingOutcome, NotThere } from '../../ports/store.ts'
import { ALL_OLD, type Database, failedPart, isBusy, isConditionFailed } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { toItem } from './item.ts'
import { isStill } from './judged.ts'
import { sameVersion } from './pass-expression.ts'

/** Race: the job ends, or is replaced, between reading and marking. Then there is nothing to mark. */
export async function cancel(
  { client, tables }: Database,
  item: RawItem,
  mark: Cancellation,
): Promise<'marked' | NotThere> {
  const update = isStill(item, 'work', new UpdateExpression())
  update.set(update.path('cancellation'), mark)
  try {
    await client.send(
      new UpdateItemCommand({
        TableName: tables.jobs,
        Key: toItem({ pk: item.pk, sk: item.sk }),
        ...update.build(),
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      }),
    )
    return 'marked'
  } catch (error) {
    if (isConditionFailed(error)) return error.Item ? 'changed' : 'gone'
    throw error
  }
}

export async function endWaiting(
  database: Database,
  state: ShardVersion,
  burials: readonly Burial[],
  expiresAt: number | undefined,
): Promise<EndWaitingOutcome> {
  const parts = [
    countsAsPass(database, state, expiresAt),
    ...burials.flatMap((burial) => burialParts(database, burial)),
  ]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return 'ended'
  } catch (error) {
    if (parts.some((_part, index) => failedPart(error, index)) || isBusy(error)) return 'stale'
    throw error
  }
}

/**
 * Races: a pass has claimed one of the jobs since the state was read; and one that has read them before this is about to:
 * it has to lose, for a worker that takes a job over in its own pass does not read it again.
 */
export function countsAsPass(
  { tables }: Database,
  state: ShardVersion,
  expiresAt?: number,
): TransactWriteItem {
  const update = new UpdateExpression()
  update.increase(update.path('version'), 1)
  if (state.version === undefined && expiresAt !== undefined) update.set(update.path('expiresAt'), expiresAt)
  sameVersion(update, state)
  const { UpdateExpression: expression = '', ...rest } = update.build()
  return {
    Update: {
      TableName: tables.state,
      Key: toItem({ pk: state.shard }),
      UpdateExpression: expression,
      ...rest,
    },
  }
}

const burialParts = ({ tables }: Database, { item, letter }: Burial): TransactWriteItem[] => [
  {
    Delete: {
      TableName: tables.jobs,
      Key: toItem({ pk: item.pk, sk: item.sk }),
      ...isStill(item, 'job', new UpdateExpression()).buildCondition(),
    },
  },
  { Put: { TableName: tables.history, Item: toItem(letter) } },
]
