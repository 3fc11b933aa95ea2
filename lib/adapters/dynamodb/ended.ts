/** Jobs that have ended, in the History table. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { EndedKey, EndedRecord } from '../../core/job/ended-job.ts'
import { HISTORY_ANSWER_MS } from '../../core/times.ts'
import type { EndedPage } from '../../ports/store.ts'
import { type Database, isWritten, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { historyItem, historyPage } from './history-queries.ts'
import { within } from './within.ts'

/** Four read units each at the most, of which there is one for each key of a partition. */
const ENDED_A_PAGE = 32

/**
 * Races: a process that was frozen says that its attempt has succeeded, after that was given up and the job has ended otherwise; and a
 * call that was slow comes after the job was put back, or its id used again, and that has ended. What this very call has written
 * before its reply was lost counts as written.
 */
export async function rememberEnded(
  { client, tables }: Database,
  record: EndedRecord,
  since: number,
): Promise<void> {
  const expression = new UpdateExpression()
  const isFirst = `attribute_not_exists(${expression.path('pk')})`
  const isEarlier = `${expression.path('endedAt')} <= ${expression.value(since)}`
  expression.condition(`(${isFirst} OR ${isEarlier})`)
  const put = new PutItemCommand({
    TableName: tables.history,
    Item: toItem(record),
    ...expression.buildCondition(),
  })
  await within(HISTORY_ANSWER_MS, (abortSignal) => isWritten(client.send(put, { abortSignal })))
}

export const ended = (database: Database, key: EndedKey): Promise<EndedRecord | undefined> =>
  historyItem(database, key)

export async function endedJobs(
  database: Database,
  pk: string,
  cursor: string | undefined,
): Promise<EndedPage> {
  const how = { ScanIndexForward: false, Limit: ENDED_A_PAGE }
  const { items, ...page } = await historyPage<EndedRecord>(database, { pk, cursor, ...how })
  return { records: items, ...page }
}
