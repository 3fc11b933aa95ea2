import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { JobItem, RawItem } from '../../core/job.ts'
import type { JobStore, RangePage, RangeQuery, RawKey } from '../../ports/store.ts'
import {
  type Database,
  fromItem,
  type Item,
  isConditionFailed,
  isConditionOfPartFailed,
  toItem,
} from './database.ts'
import { jobShards } from './job-shards.ts'

/**
 * Race: an event delivered twice. The second must not put back, or start over, what the first has begun.
 * And twins, which bear the same id: the next attempt of one must not take the place of the other.
 */
const NOT_THERE = 'attribute_not_exists(pk)'
/** Race: two recoveries of one job, or one whose reply was lost. Only the first finds the job in its old place. */
const STILL_THERE = 'attribute_exists(pk)'
/** Behind every sort key that begins with a digit. */
const END = ':'

export const dynamoJobStore = (database: Database): JobStore => ({
  put: (item) => put(database, item),
  putBatch: (items) => putBatch(database, items),
  get: async ({ pk, sk }) => {
    const { Item } = await database.client.send(
      new GetItemCommand({ TableName: database.tables.jobs, Key: toItem({ pk, sk }), ConsistentRead: true }),
    )
    return Item && (fromItem(Item) as RawItem)
  },
  range: (query) => range(database, query),
  remove: async ({ pk, sk }) => {
    await database.client.send(
      new DeleteItemCommand({ TableName: database.tables.jobs, Key: toItem({ pk, sk }) }),
    )
  },
  replace: (key, next) => {
    const item = { TableName: database.tables.jobs, Item: toItem(next) }
    return moveJob(database, key, { Put: { ...item, ConditionExpression: NOT_THERE } }, 'replaced')
  },
  bury: async (key, letter) => {
    const item = { TableName: database.tables.history, Item: toItem(letter) }
    const outcome = await moveJob(database, key, { Put: item }, 'buried')
    return outcome === 'occupied' ? 'gone' : outcome
  },
  shards: (query = {}) => jobShards(database, query),
})

async function put({ client, tables }: Database, item: JobItem): Promise<'put' | 'exists'> {
  try {
    await client.send(
      new PutItemCommand({ TableName: tables.jobs, Item: toItem(item), ConditionExpression: NOT_THERE }),
    )
    return 'put'
  } catch (error) {
    if (isConditionFailed(error)) return 'exists'
    throw error
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

async function range({ client, tables }: Database, { shard, from, limit }: RangeQuery): Promise<RangePage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tables.jobs,
      KeyConditionExpression: 'pk = :shard AND sk BETWEEN :from AND :end',
      ExpressionAttributeValues: toItem({ ':shard': shard, ':from': from, ':end': END }),
      Limit: limit,
      ConsistentRead: true,
    }),
  )
  return { items: Items.map((item) => fromItem(item) as RawItem), more: LastEvaluatedKey !== undefined }
}

/** Deletes the job and puts something else in its place, or does neither. */
async function moveJob<Moved extends string>(
  { client, tables }: Database,
  { pk, sk }: RawKey,
  put: TransactWriteItem,
  moved: Moved,
): Promise<Moved | 'gone' | 'occupied'> {
  const remove = {
    Delete: { TableName: tables.jobs, Key: toItem({ pk, sk }), ConditionExpression: STILL_THERE },
  }
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [remove, put] }))
    return moved
  } catch (error) {
    if (isConditionOfPartFailed(error, 0)) return 'gone'
    if (isConditionOfPartFailed(error, 1)) return 'occupied'
    throw error
  }
}
