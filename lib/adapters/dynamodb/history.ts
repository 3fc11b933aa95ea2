/** The History table: dead letters, jobs that have ended, and whose a unique key is. */
import { PutItemCommand, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import type { DeadLetter, LetterKey } from '../../core/job/dead-letter.ts'
import type { JobItem } from '../../core/job/job.ts'
import type { Lock, LockKey } from '../../core/job/lock.ts'
import type { HistoryStore, KeyClaim, LetterPage } from '../../ports/store.ts'
import { countLetters, countLettersOf } from './counts.ts'
import { type Database, failedPart, fromItem, isBusy, toItem } from './database.ts'
import { ended, endedJobs, rememberEnded } from './ended.ts'
import { mendSize } from './recount.ts'
import { readSize, sizeChanges } from './sizes.ts'
import { claimKey } from './unique.ts'

/** Race: two operators put the same letter back, or one does again what has been done but not been answered. */
const STILL_THERE = 'attribute_exists(pk)'
/** Twins: another job with this id may stand there, and must not be overwritten. */
const NOT_THERE = 'attribute_not_exists(pk)'

export const dynamoHistoryStore = (database: Database): HistoryStore => ({
  bury: async (letter) => {
    const { client, tables } = database
    await client.send(new PutItemCommand({ TableName: tables.history, Item: toItem(letter) }))
  },
  count: (pk) => countLetters(database, pk),
  countOf: (pk, partition) => countLettersOf(database, pk, partition),
  size: (pk) => readSize(database, pk),
  mendSize: (...call) => mendSize(database, ...call),
  letters: (pk, cursor) => letters(database, pk, cursor),
  putBack: (letter, job, claim) => putBack(database, letter, job, claim),
  rememberEnded: (record, since) => rememberEnded(database, record, since),
  ended: (key) => ended(database, key),
  endedJobs: (pk, cursor) => endedJobs(database, pk, cursor),
  lock: (key) => lockOf(database, key),
})

async function letters(
  { client, tables }: Database,
  pk: string,
  cursor: string | undefined,
): Promise<LetterPage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tables.history,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': pk }),
      ConsistentRead: true,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem({ pk, sk: cursor }) }),
    }),
  )
  const next = LastEvaluatedKey && String(fromItem(LastEvaluatedKey)['sk'])
  return {
    letters: Items.map((item) => fromItem(item) as unknown as DeadLetter),
    ...(next === undefined ? {} : { cursor: next }),
  }
}

/** By the right to read letters. */
async function lockOf({ client, tables }: Database, { pk, sk }: LockKey): Promise<Lock | undefined> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tables.history,
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: toItem({ ':pk': pk, ':sk': sk }),
      ConsistentRead: true,
    }),
  )
  return Items[0] && (fromItem(Items[0]) as unknown as Lock)
}

async function putBack(
  database: Database,
  { pk, sk }: LetterKey,
  job: JobItem,
  claim: KeyClaim | undefined,
): ReturnType<HistoryStore['putBack']> {
  const { client, tables } = database
  const letter = { TableName: tables.history, Key: toItem({ pk, sk }), ConditionExpression: STILL_THERE }
  const put = { TableName: tables.jobs, Item: toItem(job), ConditionExpression: NOT_THERE }
  const key = claim ? claimKey(database, claim, job) : []
  const parts = [{ Delete: letter }, { Put: put }, ...key, ...sizeChanges(database, [], [job])]
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return 'put'
  } catch (error) {
    if (failedPart(error, 0)) return 'gone'
    if (failedPart(error, 1)) return 'occupied'
    if (failedPart(error, 2) || failedPart(error, 3)) return 'locked'
    if (isBusy(error)) return 'busy'
    throw error
  }
}
