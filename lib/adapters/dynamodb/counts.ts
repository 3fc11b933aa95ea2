/** Counts items by their keys: a page is up to a megabyte of them, and costs what reading it does. */
import { QueryCommand, type QueryCommandInput, type QueryCommandOutput } from '@aws-sdk/client-dynamodb'
import type { Counted } from '../../core/why/why.ts'
import type { LetterCounts } from '../../ports/history.ts'
import type { CountQuery } from '../../ports/store.ts'
import { type Database, fromItem, type Item, toItem } from './database.ts'
import { keysOf } from './job-range.ts'

/** Ten megabytes: 1,280 read units. */
const MAX_PAGES = 10

export const countJobs = (database: Database, { most, ...keys }: CountQuery): Promise<Counted> =>
  countAll(database, { TableName: database.tables.jobs, ...keysOf(keys) }, most)

const lettersUnder = ({ tables }: Database, pk: string) => ({
  TableName: tables.history,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: toItem({ ':pk': pk }),
})

export const countLetters = (database: Database, pk: string): Promise<Counted> =>
  countAll(database, lettersUnder(database, pk))

/** Each letter comes back as nothing but its partition: what a page costs is what reading it does. */
export async function countLettersOf(
  database: Database,
  pk: string,
  partition: string,
): Promise<LetterCounts> {
  const query: QueryCommandInput = {
    ...lettersUnder(database, pk),
    ProjectionExpression: '#partition',
    // A reserved word.
    ExpressionAttributeNames: { '#partition': 'partition' },
  }
  let [all, named, mine, isMore] = [0, 0, 0, true]
  for await (const { Count = 0, Items = [], LastEvaluatedKey } of pagesOf(database, () => query)) {
    const partitions = Items.map(fromItem).flatMap((item) => item['partition'] ?? [])
    all += Count
    named += partitions.length
    mine += partitions.filter((name) => name === partition).length
    isMore = LastEvaluatedKey !== undefined
  }
  return { all: counted(all, isMore), ofPartition: counted(mine, isMore || named < all) }
}

const counted = (count: number, atLeast: boolean): Counted => (atLeast ? { count, atLeast } : { count })

async function countAll(
  database: Database,
  query: QueryCommandInput,
  most = Number.POSITIVE_INFINITY,
): Promise<Counted> {
  let count = 0
  if (most <= count) return { count, atLeast: true }
  const queryNow = (): QueryCommandInput => ({
    ...query,
    Select: 'COUNT',
    ...(Number.isFinite(most) ? { Limit: most - count } : {}),
  })
  for await (const { Count = 0, LastEvaluatedKey } of pagesOf(database, queryNow)) {
    count += Count
    if (!LastEvaluatedKey) return { count }
    if (count >= most) break
  }
  return { count, atLeast: true }
}

/** To the end, or to the bound. */
async function* pagesOf(
  { client }: Database,
  queryNow: () => QueryCommandInput,
): AsyncGenerator<QueryCommandOutput> {
  let from: Item | undefined
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await client.send(
      new QueryCommand({ ...queryNow(), ...(from ? { ExclusiveStartKey: from } : {}) }),
    )
    yield page
    if (!page.LastEvaluatedKey) return
    from = page.LastEvaluatedKey
  }
}
