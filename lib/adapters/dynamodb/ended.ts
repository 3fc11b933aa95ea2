/** Jobs that have ended, in the History table. */
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { EndedKey, EndedRecord } from '../../core/job/ended-job.ts'
import { HISTORY_ANSWER_MS } from '../../core/times.ts'
import type { EndedPage } from '../../ports/store.ts'
import { type Database, fromItem, isWritten, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
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

/** By the right to read letters. */
export async function ended(
  { client, tables }: Database,
  { pk, sk }: EndedKey,
): Promise<EndedRecord | undefined> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tables.history,
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: toItem({ ':pk': pk, ':sk': sk }),
      ConsistentRead: true,
    }),
  )
  return Items[0] && (fromItem(Items[0]) as unknown as EndedRecord)
}

export async function endedJobs(
  { client, tables }: Database,
  pk: string,
  cursor: string | undefined,
): Promise<EndedPage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tables.history,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': pk }),
      ScanIndexForward: false,
      Limit: ENDED_A_PAGE,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem({ pk, sk: cursor }) }),
    }),
  )
  const next = LastEvaluatedKey && String(fromItem(LastEvaluatedKey)['sk'])
  return {
    records: Items.map((item) => fromItem(item) as unknown as EndedRecord),
    ...(next === undefined ? {} : { cursor: next }),
  }
}
