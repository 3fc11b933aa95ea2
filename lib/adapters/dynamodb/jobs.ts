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
import type { DeadLetter } from '../../core/job/dead-letter.ts'
import { isSameItem, type JobItem, type RawItem } from '../../core/job/job.ts'
import type { JobStore, NotThere, RangePage, RangeQuery, RawKey } from '../../ports/store.ts'
import { countJobs } from './counts.ts'
import { ALL_OLD, type Database, failedPart, isConditionFailed } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { unlessInTheWay } from './in-the-way.ts'
import { fromItem, type Item, toItem, toRawItem } from './item.ts'
import { cancel, endWaiting } from './job-ends.ts'
import { moveWaiting } from './job-lanes.ts'
import { moveOut } from './job-moves.ts'
import { keysOf } from './job-range.ts'
import { jobShards } from './job-shards.ts'
import { isStill, type Sameness } from './judged.ts'
import { putOnce } from './once.ts'
import { countedItems } from './recount.ts'
import { putCounted, sizeChanges } from './sizes.ts'
import { swapWaiting } from './swap.ts'
import { putUnique, takeLockAlong } from './unique.ts'

/**
 * Race: an event delivered twice. The second must not put back, or start over, what the first has begun.
 * And twins, which bear the same id: the next attempt of one must not take the place of the other.
 */
const NOT_THERE = 'attribute_not_exists(pk)'

export const dynamoJobStore = (database: Database): JobStore => ({
  put: (item) => unlessInTheWay(() => put(database, item)),
  putCounted: (item, rooms) => putCounted(database, item, rooms),
  putOnce: (...call) => putOnce(database, ...call),
  putUnique: (item, lock, found, rooms) => putUnique(database, { item, lock }, found, rooms),
  swapWaiting: (...call) => swapWaiting(database, ...call),
  putBatch: (items) => putBatch(database, items),
  get: (key) => get(database, key, true),
  peek: (key) => get(database, key, false),
  range: (query) => range(database, query),
  count: (query) => countJobs(database, query),
  remove: (item) => unlessInTheWay(() => remove(database, item)),
  replace: (item, next) => unlessInTheWay(() => replace(database, item, next)),
  bury: (item, letter) => unlessInTheWay(() => bury(database, item, letter)),
  cancel: (item, mark) => unlessInTheWay(() => cancel(database, item, mark)),
  endWaiting: (state, burials, expiresAt) => endWaiting(database, state, burials, expiresAt),
  countedItems: (...call) => countedItems(database, ...call),
  shards: (query = {}) => jobShards(database, query),
  moveOut: (state, item, target) => moveOut(database, state, item, target),
  moveWaiting: (state, moves, expiresAt) => moveWaiting(database, state, moves, expiresAt),
})

async function get({ client, tables }: Database, { pk, sk }: RawKey, ConsistentRead: boolean) {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.jobs, Key: toItem({ pk, sk }), ConsistentRead }),
  )
  return Item && toRawItem(Item)
}

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
  const remove = deletion(database, item, 'work')
  const sizes = sizeChanges(database, [item], [])
  if (sizes.length > 0) {
    const counted = await deleteAndPut(database, remove, sizes, 'removed')
    return counted === 'occupied' ? 'gone' : withoutLock(counted)
  }
  try {
    await database.client.send(new DeleteItemCommand(remove))
    return 'removed'
  } catch (error) {
    if (isConditionFailed(error)) return whatIsThere(error.Item)
    throw error
  }
}

async function replace(
  database: Database,
  item: RawItem,
  next: JobItem,
): Promise<'replaced' | 'occupied' | NotThere> {
  const put = { TableName: database.tables.jobs, Item: toItem(next), ConditionExpression: NOT_THERE }
  const sizes = sizeChanges(database, [item], [next])
  const remove = deletion(database, item, 'job')
  const lock = takeLockAlong(database, item, next)
  const outcome = lock && (await deleteAndPut(database, remove, [{ Put: put }, lock, ...sizes], 'replaced'))
  if (outcome && outcome !== 'not locked') return outcome
  return withoutLock(await deleteAndPut(database, remove, [{ Put: put }, ...sizes], 'replaced'))
}

async function bury(database: Database, item: RawItem, letter: DeadLetter): Promise<'buried' | NotThere> {
  const put = { TableName: database.tables.history, Item: toItem(letter) }
  const remove = deletion(database, item, letter.reason === 'refused' ? 'item' : 'job')
  const puts = [{ Put: put }, ...sizeChanges(database, [item], [])]
  const outcome = withoutLock(await deleteAndPut(database, remove, puts, 'buried'))
  return outcome === 'occupied' ? 'gone' : outcome
}

/** Deletes the job and puts something else in its place, or does neither. The second of two puts is a lock. */
async function deleteAndPut<Moved extends string>(
  { client }: Database,
  remove: Delete,
  puts: readonly TransactWriteItem[],
  moved: Moved,
): Promise<Moved | 'occupied' | 'not locked' | NotThere> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Delete: remove }, ...puts] }))
    return moved
  } catch (error) {
    const notThere = failedPart(error, 0)
    if (notThere) return whatIsThere(notThere.Item)
    if (failedPart(error, 1)) return 'occupied'
    if (failedPart(error, 2)) return 'not locked'
    throw error
  }
}

/** No lock was part of it. */
function withoutLock<Outcome extends string>(outcome: Outcome): Exclude<Outcome, 'not locked'> {
  if (outcome === 'not locked') throw new Error('a transaction without a lock failed on one')
  return outcome as Exclude<Outcome, 'not locked'>
}

const deletion = ({ tables }: Database, item: RawItem, sameness: Sameness) => ({
  TableName: tables.jobs,
  Key: toItem({ pk: item.pk, sk: item.sk }),
  ...isStill(item, sameness, new UpdateExpression()).buildCondition(),
  ReturnValuesOnConditionCheckFailure: ALL_OLD,
})

const whatIsThere = (found: Item | undefined): NotThere => (found ? 'changed' : 'gone')
