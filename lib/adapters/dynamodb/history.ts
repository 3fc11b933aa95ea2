/** The History table: dead letters, jobs that have ended, and whose a unique key is. */
import { PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import type { DeadLetter, LetterKey } from '../../core/job/dead-letter.ts'
import type { JobItem } from '../../core/job/job.ts'
import type { Lock } from '../../core/job/lock.ts'
import type { HistoryStore, KeyClaim, LetterPage } from '../../ports/store.ts'
import { countLetters, countLettersOf } from './counts.ts'
import { type Database, failedPart, isBusy, toItem } from './database.ts'
import { ended, endedJobs, rememberEnded } from './ended.ts'
import { historyItem, historyPage } from './history-queries.ts'
import { mendSize } from './recount.ts'
import { readSize, setMaxSize, sizeChanges } from './sizes.ts'
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
  setMaxSize: (...call) => setMaxSize(database, ...call),
  letters: (pk, cursor) => letters(database, pk, cursor),
  putBack: (letter, job, claim) => putBack(database, letter, job, claim),
  rememberEnded: (record, since) => rememberEnded(database, record, since),
  ended: (key) => ended(database, key),
  endedJobs: (pk, cursor) => endedJobs(database, pk, cursor),
  lock: (key) => historyItem<Lock>(database, key),
})

async function letters(database: Database, pk: string, cursor: string | undefined): Promise<LetterPage> {
  const { items, ...page } = await historyPage<DeadLetter>(database, { pk, cursor, ConsistentRead: true })
  return { letters: items, ...page }
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
