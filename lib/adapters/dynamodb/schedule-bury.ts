/** What somebody has put into the Schedules table by hand, and can be no schedule, becomes a dead letter. */
import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import type { DeadLetter } from '../../core/job/dead-letter.ts'
import type { RawSchedule } from '../../ports/schedules.ts'
import { type Database, failedPart, toItem } from './database.ts'
import { asFound } from './schedule-found.ts'

/** DynamoDB knows a transaction that the SDK sends again by its token: a lost reply is none that finds the item gone. */
export async function bury(
  { client, tables }: Database,
  item: RawSchedule,
  letter: DeadLetter,
): Promise<'buried' | 'stale'> {
  const remove = { TableName: tables.schedules, Key: toItem({ pk: item.pk }), ...asFound(item) }
  const put = { TableName: tables.history, Item: toItem(letter) }
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Delete: remove }, { Put: put }] }))
    return 'buried'
  } catch (error) {
    if (failedPart(error, 0)) return 'stale'
    throw error
  }
}
