/** Counts items by their keys: a page is up to a megabyte of them, and costs what reading it does. */
import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { Counted } from '../../core/why/why.ts'
import type { CountQuery } from '../../ports/store.ts'
import { type Database, type Item, toItem } from './database.ts'
import { keysOf } from './job-range.ts'

/** Ten megabytes: 1,280 read units. */
const MAX_PAGES = 10

export const countJobs = (database: Database, { most, ...keys }: CountQuery): Promise<Counted> =>
  countAll(database, { TableName: database.tables.jobs, ...keysOf(keys) }, most)

export const countLetters = (database: Database, pk: string): Promise<Counted> =>
  countAll(database, {
    TableName: database.tables.history,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: toItem({ ':pk': pk }),
  })

async function countAll(
  { client }: Database,
  query: QueryCommandInput,
  most = Number.POSITIVE_INFINITY,
): Promise<Counted> {
  let [count, from]: [number, Item | undefined] = [0, undefined]
  for (let pages = 0; pages < MAX_PAGES && count < most; pages++) {
    const page: QueryCommandInput = {
      ...query,
      Select: 'COUNT',
      ...(Number.isFinite(most) ? { Limit: most - count } : {}),
      ...(from ? { ExclusiveStartKey: from } : {}),
    }
    const { Count = 0, LastEvaluatedKey } = await client.send(new QueryCommand(page))
    count += Count
    if (!LastEvaluatedKey) return { count }
    from = LastEvaluatedKey
  }
  return { count, atLeast: true }
}
