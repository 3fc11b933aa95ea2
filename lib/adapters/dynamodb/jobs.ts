/** The Jobs table. */
import {
  BatchWriteItemCommand,
  type Delete,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { isSameItem, type JobItem, type RawItem } from '../../core/job/job.ts'
import type { JobStore, NotThere, RangePage, RangeQuery } from '../../ports/store.ts'
import { countJobs } from './counts.ts'
import { ALL_OLD, type Database, failedPart, isConditionFailed } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { fromItem, type Item, toItem, toRawItem } from './item.ts'
import { moveOut } from './job-moves.ts'
import { keysOf } from './job-range.ts'
import { jobShards } from './job-shards.ts'
import { isStill, type Sameness } from './judged.ts'

/**
 * Race: an event delivered twice. The second must not put back, or start over, what the first has begun.
 * And twins, which bear the same id: the next attempt of one must not take the place of the other.
 */
const NOT_THERE = 'attribute_not_exists(pk)'

export const dynamoJobStore = (database: Database): JobStore => ({
  put: (item) => put(database, item),
  putBatch: (items) => putBatch(database, items),
  get: async ({ pk, sk }) => {
    const { Item } = await database.client.send(
      new GetItemCommand({ TableName: database.tables.jobs, Key: toItem({ pk, sk }), ConsistentRead: true }),
    )
    return Item && toRawItem(Item)
  },
  range: (query) => range(database, query),
  count: (query) => countJobs(database, query),
  remove: (item) => remove(database, item),
  replace: (item, next) => {
    const put = { TableName: database.tables.jobs, Item: toItem(next), ConditionExpression: NOT_THERE }
    return deleteAndPut(database, deletion(database, item, 'job'), { Put: put }, 'replaced')
  },
  bury: async (item, letter) => {
    const put = { TableName: database.tables.history, Item: toItem(letter) }
    const sameness = letter.reason === 'refused' ? 'item' : 'job'
    const outcome = await deleteAndPut(database, deletion(database, item, sameness), { Put: put }, 'buried')
    return outcome === 'occupied' ? 'gone' : outcome
  },
  shards: (query = {}) => jobShards(database, query),
  moveOut: (state, item, target) => moveOut(database, state, item, target),
})

async function put({ client, tables }: Database, item: JobItem): ReturnType<JobStore['put']> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tables.jobs,
        Item: toItem(item),
        ConditionExpression: NOT_THERE,
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      }),
    )
    return 'put'
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    return error.Item && isSameItem(toRawItem(error.Item), item) ? 'exists' : 'taken'
  }
}

async function putBatch(
  { client, tables }: Database,
  items: readonly JobItem[],
): Promise<readonly JobItem[]> {
  const requests = items.map((item) => ({ PutRequest: { Item: toItem(item) } }))
  const { UnprocessedItems } = await client.send(
    new BatchWriteItemCommand({ RequestItems: { [tables.jobs]: requests } }),
  )
  const left = UnprocessedItems?.[tables.jobs] ?? []
  return left.flatMap(({ PutRequest }) =>
    PutRequest?.Item ? [fromItem(PutRequest.Item as Item) as unknown as JobItem] : [],
  )
}

async function range(
  { client, tables }: Database,
  { shard, from, before, limit }: RangeQuery,
): Promise<RangePage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tables.jobs,
      ...keysOf({ shard, from, ...(before === undefined ? {} : { before }) }),
      Limit: limit,
      ConsistentRead: true,
    }),
  )
  return { items: Items.map(toRawItem), more: LastEvaluatedKey !== undefined }
}

async function remove(database: Database, item: RawItem): Promise<'removed' | NotThere> {
  try {
    await database.client.send(new DeleteItemCommand(deletion(database, item, 'job')))
    return 'removed'
  } catch (error) {
    if (isConditionFailed(error)) return whatIsThere(error.Item)
    throw error
  }
}

/** Deletes the job and puts something else in its place, or does neither. */
async function deleteAndPut<Moved extends string>(
  { client }: Database,
  remove: Delete,
  put: TransactWriteItem,
  moved: Moved,
): Promise<Moved | 'occupied' | NotThere> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Delete: remove }, put] }))
    return moved
  } catch (error) {
    const notThere = failedPart(error, 0)
    if (notThere) return whatIsThere(notThere.Item)
    if (failedPart(error, 1)) return 'occupied'
    throw error
  }
}

const deletion = ({ tables }: Database, item: RawItem, sameness: Sameness) => ({
  TableName: tables.jobs,
  Key: toItem({ pk: item.pk, sk: item.sk }),
  ...isStill(item, sameness, new UpdateExpression()).buildCondition(),
  ReturnValuesOnConditionCheckFailure: ALL_OLD,
})

const whatIsThere = (found: Item | undefined): NotThere => (found ? 'changed' : 'gone')
