/** The Schedules table: reads and writes of one schedule, or of many by their keys. */
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import pRetry from 'p-retry'
import type { FoundVersion, RawSchedule, ScheduleStore } from '../../ports/schedules.ts'
import { ALL_OLD, type Database, isConditionFailed } from './database.ts'
import { unlessInTheWay } from './in-the-way.ts'
import { type Item, toItem, toRawSchedule } from './item.ts'
import { bury } from './schedule-bury.ts'
import { fire, putAtMostOnce } from './schedule-fire.ts'
import { asFound, isOwnWrite } from './schedule-found.ts'
import {
  readDeclaredNote,
  readPartitionsNote,
  saveDeclaredNote,
  savePartitionsNote,
} from './schedule-notes.ts'
import { dueSchedules, scanSchedules } from './schedule-queries.ts'
import { withdraw } from './schedule-withdraw.ts'

export const dynamoScheduleStore = (database: Database): ScheduleStore => ({
  get: (key) => get(database, key),
  getMany: (keys) => getMany(database, keys),
  due: (query) => dueSchedules(database, query),
  scan: (query = {}) => scanSchedules(database, query),
  put: (...call) => unlessInTheWay(() => put(database, ...call)),
  remove: (...call) => unlessInTheWay(() => remove(database, ...call)),
  bury: (item, letter) => unlessInTheWay(() => bury(database, item, letter)),
  fire: (firing) => fire(database, firing),
  putAtMostOnce: (job) => putAtMostOnce(database, job),
  withdraw: (withdrawal) => withdraw(database, withdrawal),
  partitions: () => readPartitionsNote(database),
  savePartitions: (...call) => unlessInTheWay(() => savePartitionsNote(database, ...call)),
  declared: () => readDeclaredNote(database),
  saveDeclared: (...call) => unlessInTheWay(() => saveDeclaredNote(database, ...call)),
})

async function get({ client, tables }: Database, pk: string): Promise<RawSchedule | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.schedules, Key: toItem({ pk }), ConsistentRead: true }),
  )
  return Item && toRawSchedule(Item)
}

/** About two seconds in all, as for a write that others are in the way of. */
const PAUSES = { retries: 8, minTimeout: 20, maxTimeout: 400, randomize: true }

async function getMany(database: Database, keys: readonly string[]): Promise<readonly RawSchedule[]> {
  const found: RawSchedule[] = []
  let left: readonly Item[] = [...new Set(keys)].map((pk) => toItem({ pk }))
  if (left.length === 0) return found
  // DynamoDB leaves some out if the answer grows too large, or the table is busy; the SDK does not ask for them again.
  await pRetry(async () => {
    const page = await getSome(database, left)
    found.push(...page.found)
    left = page.left
    if (left.length > 0) throw new Error(`DynamoDB has left out ${left.length} schedules: ask again later`)
  }, PAUSES)
  return found
}

async function getSome({ client, tables }: Database, keys: readonly Item[]) {
  const { Responses, UnprocessedKeys } = await client.send(
    new BatchGetItemCommand({
      RequestItems: { [tables.schedules]: { Keys: [...keys], ConsistentRead: true } },
    }),
  )
  return {
    found: (Responses?.[tables.schedules] ?? []).map(toRawSchedule),
    left: UnprocessedKeys?.[tables.schedules]?.Keys ?? [],
  }
}

async function put(
  { client, tables }: Database,
  item: RawSchedule,
  found: FoundVersion,
): Promise<'put' | 'stale'> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tables.schedules,
        Item: toItem(item),
        ...asFound(found),
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      }),
    )
    return 'put'
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    return isOwnWrite(error.Item, item) ? 'put' : 'stale'
  }
}

async function remove(
  { client, tables }: Database,
  key: string,
  found: Exclude<FoundVersion, 'absent'>,
): Promise<'removed' | 'stale'> {
  try {
    await client.send(
      new DeleteItemCommand({
        TableName: tables.schedules,
        Key: toItem({ pk: key }),
        ...asFound(found),
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      }),
    )
    return 'removed'
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    // Nothing is there: this very call has removed it, whose reply was lost, or somebody else has. It is gone.
    return error.Item ? 'stale' : 'removed'
  }
}
