/** Puts a job that has a unique key, with the key's lock; and takes the lock along when the job is tried again. */
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Room } from '../../core/job/counted.ts'
import type { JobItem, RawItem } from '../../core/job/job.ts'
import {
  type FoundLock,
  type Lock,
  lockGoesOn,
  lockKeyOf,
  lockOfNext,
  ownWrite,
  type UniqueJob,
} from '../../core/job/lock.ts'
import type { JobKey } from '../../core/keys.ts'
import type { KeyClaim, UniqueOutcome } from '../../ports/store.ts'
import { type Database, failedPart, fromItem, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { NOT_THERE, putKey, putKeyed } from './keyed.ts'

export function putUnique(
  database: Database,
  { item, lock }: UniqueJob,
  found?: FoundLock,
  rooms?: readonly Room[],
): Promise<UniqueOutcome> {
  const parts = lockParts(database, lock, found, item)
  return putKeyed<UniqueOutcome>(database, { item, rooms }, parts, (error) =>
    whatIsLocked(error, item, lock, parts.length > 1 ? found : undefined),
  )
}

/** For a transaction that puts a job: its lock, and where that has to be seen to, that the job of the one that was found is gone. */
export const lockParts = (
  database: Database,
  lock: Lock,
  found: FoundLock | undefined,
  job: JobKey,
): [TransactWriteItem, ...TransactWriteItem[]] => [
  putLock(database, lock, found?.job),
  ...isGone(database, job, found),
]

/** For the transaction that puts another item in a job's place: its next attempt, or the job as it is moved. */
export function takeLockAlong(
  { tables }: Database,
  item: RawItem,
  next: JobItem,
): TransactWriteItem | undefined {
  const key = lockKeyOf(item)
  if (!key) return undefined
  const update = new UpdateExpression()
  for (const [name, value] of Object.entries(lockGoesOn(item, next))) update.set(update.path(name), value)
  const { UpdateExpression: expression, ...rest } = update.condition(isOf(update, item)).build()
  return {
    Update: { TableName: tables.history, Key: toItem(key), UpdateExpression: expression, ...rest },
  }
}

/** The item has the attribute, and the lock may be another's: that one stays. */
export const putOverOwn = (database: Database, lock: Lock, item: RawItem): TransactWriteItem => {
  const expression = new UpdateExpression()
  return putKey(database, lock, expression.condition(isOf(expression, item)))
}

/** Race: another call has put its job, or the job that had the key has gone on to its next attempt. */
function putLock(database: Database, lock: Lock, found: JobKey | undefined): TransactWriteItem {
  const expression = new UpdateExpression()
  const isFree = `attribute_not_exists(${expression.path('pk')})`
  const isAsFound = found && isOf(expression, found)
  return putKey(database, lock, expression.condition(isAsFound ? `(${isFree} OR (${isAsFound}))` : isFree))
}

/** For a transaction that puts a job: its unique key, too. The first part fails if that is another's. */
export const claimKey = (database: Database, { key, found }: KeyClaim, job: JobItem): TransactWriteItem[] =>
  lockParts(database, lockOfNext(key, job), found, job)

const isOf = (expression: UpdateExpression, { pk, sk }: { pk: string; sk: string }): string =>
  `${expression.path('job', 'pk')} = ${expression.value(pk)} AND ${expression.path('job', 'sk')} = ${expression.value(sk)}`

/** Race: the job that had the key is still there, or there again. */
function isGone({ tables }: Database, item: JobKey, found: FoundLock | undefined): TransactWriteItem[] {
  if (!found || found.hasStarted || isSameKey(found.job, item)) return []
  const { pk, sk } = found.job
  const ConditionCheck = { TableName: tables.jobs, Key: toItem({ pk, sk }), ConditionExpression: NOT_THERE }
  return [{ ConditionCheck }]
}

const isSameKey = (one: JobKey, other: JobKey): boolean => one.pk === other.pk && one.sk === other.sk

/** @param its the lock whose job has to be gone: then that is the third part */
function whatIsLocked(error: unknown, item: JobItem, lock: Lock, its?: FoundLock): UniqueOutcome | undefined {
  const locked = failedPart(error, 0)?.Item
  if (locked) {
    const other = fromItem(locked) as unknown as Lock
    if (other.mark !== lock.mark) return { kind: 'locked', lock: other }
    // Our own write, whose reply was lost: the SDK has sent it again.
    const kind = ownWrite(other, item)
    return kind === 'put' ? { kind } : { kind, job: other.job }
  }
  return its && failedPart(error, 2) ? { kind: 'existing', job: its.job } : undefined
}
