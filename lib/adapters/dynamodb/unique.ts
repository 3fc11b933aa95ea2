/** Puts a job that has a unique key, with the key's lock; and takes the lock along when the job is tried again. */
import {
  TransactionInProgressException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { Room } from '../../core/job/counted.ts'
import { isSameItem, type JobItem, type RawItem } from '../../core/job/job.ts'
import { type Lock, lockKeyOf, lockOfNext, type UniqueJob } from '../../core/job/lock.ts'
import type { JobKey } from '../../core/keys.ts'
import type { UniqueOutcome } from '../../ports/store.ts'
import { ALL_OLD, type Database, failedPart, fromItem, isBusy, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { toRawItem } from './item.ts'
import { isFull, sizeChanges } from './sizes.ts'

const NOT_THERE = 'attribute_not_exists(pk)'

export async function putUnique(
  database: Database,
  { item, lock }: UniqueJob,
  found?: Lock,
  rooms?: readonly Room[],
): Promise<UniqueOutcome> {
  const asked = [
    putLock(database, lock, found?.job),
    putJob(database, item),
    ...(found && !isSameKey(found.job, item) ? [isGone(database, found.job)] : []),
  ]
  const parts = [...asked, ...sizeChanges(database, [], [item], rooms)]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return { kind: 'put' }
  } catch (error) {
    const known = whatFailed(error, item, lock, found)
    if (known) return known
    if (isFull(error, asked.length, parts)) return { kind: 'full' }
    throw error
  }
}

/** For the transaction that puts the next attempt in a job's place. */
export function lockGoesOn(database: Database, item: RawItem, next: JobItem): TransactWriteItem | undefined {
  const key = lockKeyOf(item)
  if (!key) return undefined
  const expression = new UpdateExpression()
  // The job has the attribute, and the lock may be another's: that one stays.
  const { ConditionExpression, ...names } = expression
    .condition(isOf(expression, { pk: item.pk, sk: item.sk }))
    .buildCondition()
  return {
    Put: {
      TableName: database.tables.history,
      Item: toItem(lockOfNext(key, next)),
      ...names,
      ...(ConditionExpression === undefined ? {} : { ConditionExpression }),
    },
  }
}

/** Race: another call has put its job, or the job that had the key has gone on to its next attempt. */
function putLock({ tables }: Database, lock: Lock, found: JobKey | undefined): TransactWriteItem {
  const expression = new UpdateExpression()
  const isFree = `attribute_not_exists(${expression.path('pk')})`
  const isAsFound = found && isOf(expression, found)
  const { ConditionExpression, ...names } = expression
    .condition(isAsFound ? `(${isFree} OR (${isAsFound}))` : isFree)
    .buildCondition()
  return {
    Put: {
      TableName: tables.history,
      Item: toItem(lock),
      ...names,
      ...(ConditionExpression === undefined ? {} : { ConditionExpression }),
      ReturnValuesOnConditionCheckFailure: ALL_OLD,
    },
  }
}

const isOf = (expression: UpdateExpression, { pk, sk }: { pk: string; sk: string }): string =>
  `${expression.path('job', 'pk')} = ${expression.value(pk)} AND ${expression.path('job', 'sk')} = ${expression.value(sk)}`

const putJob = ({ tables }: Database, item: JobItem): TransactWriteItem => ({
  Put: {
    TableName: tables.jobs,
    Item: toItem(item),
    ConditionExpression: NOT_THERE,
    ReturnValuesOnConditionCheckFailure: ALL_OLD,
  },
})

/** Race: the job that had the key is still there, or there again. */
const isGone = ({ tables }: Database, { pk, sk }: JobKey): TransactWriteItem => ({
  ConditionCheck: { TableName: tables.jobs, Key: toItem({ pk, sk }), ConditionExpression: NOT_THERE },
})

const isSameKey = (one: JobKey, other: JobKey): boolean => one.pk === other.pk && one.sk === other.sk

function whatFailed(error: unknown, item: JobItem, lock: Lock, found?: Lock): UniqueOutcome | undefined {
  const locked = failedPart(error, 0)?.Item
  if (locked) {
    const other = fromItem(locked) as unknown as Lock
    // Our own write, whose reply was lost: the SDK has sent it again.
    return other.mark === lock.mark ? { kind: 'put' } : { kind: 'locked', lock: other }
  }
  if (found && !isSameKey(found.job, item) && failedPart(error, 2))
    return { kind: 'existing', job: found.job }
  const standing = failedPart(error, 1)
  if (standing)
    return standing.Item && isSameItem(toRawItem(standing.Item), item)
      ? { kind: 'existing', job: lock.job }
      : { kind: 'taken' }
  if (isBusy(error) || error instanceof TransactionInProgressException) return { kind: 'busy' }
  return undefined
}
