/** How ticks that were put ahead are taken back: their jobs go, and the schedule says so, in one transaction. */
import {
  TransactionInProgressException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { RawItem } from '../../core/job/job.ts'
import type { Withdrawal, WithdrawalOutcome } from '../../ports/schedules.ts'
import { ALL_OLD, type Database, failedPart, isBusy, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { countsAsPass } from './job-ends.ts'
import { isStill } from './judged.ts'
import { asFound, isOwnWrite } from './schedule-found.ts'
import { sizeChanges } from './sizes.ts'

/** The schedule, twenty jobs in twenty shards, and where they count: up to 81 parts, of which a transaction takes a hundred. */
export async function withdraw(database: Database, withdrawal: Withdrawal): Promise<WithdrawalOutcome> {
  const { schedule, found, from } = withdrawal
  const items = from.flatMap((shard) => shard.items)
  const parts: TransactWriteItem[] = [
    {
      Put: {
        TableName: database.tables.schedules,
        Item: toItem(schedule),
        ...asFound(found),
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      },
    },
    ...from.map(({ state, expiresAt }) => countsAsPass(database, state, expiresAt)),
    ...items.map((item) => deletion(database, item)),
    ...sizeChanges(database, items, []),
  ]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return 'withdrawn'
  } catch (error) {
    // A lost reply. What a transaction writes it writes whole: if the schedule is this, the jobs are gone.
    if (isOwnWrite(failedPart(error, 0)?.Item, schedule)) return 'withdrawn'
    const hasFailed = parts.some((_part, index) => failedPart(error, index))
    if (hasFailed || isBusy(error) || error instanceof TransactionInProgressException) return 'stale'
    throw error
  }
}

/** Race: the job has been replaced, moved or cancelled since it was read. It may be another by now, and nobody's tick. */
const deletion = ({ tables }: Database, item: RawItem): TransactWriteItem => ({
  Delete: {
    TableName: tables.jobs,
    Key: toItem({ pk: item.pk, sk: item.sk }),
    ...isStill(item, 'job', new UpdateExpression()).buildCondition(),
  },
})
