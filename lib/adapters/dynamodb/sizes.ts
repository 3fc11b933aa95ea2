/** The numbers of jobs that are there, in the History table: changed in the transaction that puts a job or ends it. */
import {
  QueryCommand,
  TransactionInProgressException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { changesOf, type PartKey, partKey, type Room } from '../../core/job/counted.ts'
import { isSameItem, type JobItem, type RawItem } from '../../core/job/job.ts'
import { type MaxSet, setInPart, toMaxSet } from '../../core/limits/max-size.ts'
import { ALL_PARTS, type PartCounts } from '../../core/limits/queue-size.ts'
import type { CountedOutcome } from '../../ports/store.ts'
import { ALL_OLD, type Database, failedPart, fromItem, isBusy, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { toRawItem } from './item.ts'

/** In a part: what somebody has set in place of the configured maximum. */
const MAXIMUM = 'maximum'

/**
 * For a transaction that takes items away and puts others: the numbers of both, if they change. The last parts of it, in
 * this order, so that whoever sees one fail knows that there is no room.
 */
export function sizeChanges(
  { tables }: Database,
  taken: readonly RawItem[],
  put: readonly RawItem[],
  rooms: readonly Room[] = [],
): TransactWriteItem[] {
  const room = (key: PartKey) => rooms.find(({ pk, sk }) => pk === key.pk && sk === key.sk)
  const changes = changesOf(taken, put).map(({ by, puts, ...key }): TransactWriteItem => {
    const update = new UpdateExpression()
    update.increase(update.path('jobs'), by)
    if (puts > 0) update.increase(update.path('puts'), puts)
    const found = room(key)
    if (found) hasRoom(update, found)
    const { UpdateExpression: expression, ...rest } = update.build()
    return {
      Update: { TableName: tables.history, Key: toItem(key), UpdateExpression: expression, ...rest },
    }
  })
  const checks = rooms
    .flatMap(({ others = [] }) => others)
    .map(({ count, ...key }): TransactWriteItem => {
      const expression = new UpdateExpression()
      atMost(expression, count)
      const { ConditionExpression, ...names } = expression.buildCondition()
      return {
        ConditionCheck: { TableName: tables.history, Key: toItem(key), ConditionExpression, ...names },
      }
    })
  return [...changes, ...checks]
}

/** Race: others have put jobs since the number was read. */
const hasRoom = (expression: UpdateExpression, { most, mark }: Room): UpdateExpression =>
  sameMaximum(atMost(expression, most - 1), mark)

/** Race: somebody has set another maximum since the number was read. */
const sameMaximum = (expression: UpdateExpression, mark: string | undefined): UpdateExpression =>
  expression.condition(
    mark === undefined
      ? `attribute_not_exists(${expression.path(MAXIMUM)})`
      : `${expression.path(MAXIMUM, 'mark')} = ${expression.value(mark)}`,
  )

function atMost(expression: UpdateExpression, count: number): UpdateExpression {
  const path = expression.path('jobs')
  const isLess = `${path} <= ${expression.value(count)}`
  return expression.condition(count < 0 ? isLess : `(attribute_not_exists(${path}) OR ${isLess})`)
}

/** Why a transaction was not made, if that is because there is no room: what it asks for first is asked before this. */
export const isFull = (error: unknown, first: number, parts: readonly TransactWriteItem[]): boolean =>
  parts.some((_part, index) => index >= first && failedPart(error, index) !== undefined)

/** A job without a key of its own. */
export async function putCounted(
  database: Database,
  item: JobItem,
  rooms: readonly Room[] | undefined,
): Promise<CountedOutcome> {
  const put: TransactWriteItem = {
    Put: {
      TableName: database.tables.jobs,
      Item: toItem(item),
      // Race: an event delivered twice. The second must not count again, nor put back what the first has begun.
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: ALL_OLD,
    },
  }
  const parts = [put, ...sizeChanges(database, [], [item], rooms)]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return 'put'
  } catch (error) {
    const standing = failedPart(error, 0)
    if (standing) return standing.Item && isSameItem(toRawItem(standing.Item), item) ? 'exists' : 'taken'
    if (isFull(error, 1, parts)) return 'full'
    if (isBusy(error) || error instanceof TransactionInProgressException) return 'busy'
    throw error
  }
}

export async function readSize({ client, tables }: Database, pk: string): Promise<PartCounts> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tables.history,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': pk }),
      ConsistentRead: true,
    }),
  )
  return new Map(
    Items.map(fromItem).flatMap(({ sk, jobs, puts = 0, [MAXIMUM]: set }) =>
      typeof jobs === 'number' && typeof puts === 'number'
        ? [[Number(sk), { jobs, puts, ...(set === undefined ? {} : { set: toMaxSet(set) }) }] as const]
        : [],
    ),
  )
}

/** All parts in one transaction, whatever has been set before: what is set last holds. */
export async function setMaxSize(
  { client, tables }: Database,
  pk: string,
  set: MaxSet,
): Promise<'set' | 'busy'> {
  const parts = ALL_PARTS.map((part): TransactWriteItem => {
    const update = new UpdateExpression()
    update.set(update.path(MAXIMUM), setInPart(set, part)).increase(update.path('jobs'), 0)
    const { UpdateExpression: expression, ...rest } = update.build()
    const key = toItem(partKey(pk, part))
    return { Update: { TableName: tables.history, Key: key, UpdateExpression: expression, ...rest } }
  })
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return 'set'
  } catch (error) {
    if (isBusy(error) || error instanceof TransactionInProgressException) return 'busy'
    throw error
  }
}
