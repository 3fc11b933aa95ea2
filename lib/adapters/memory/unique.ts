/** Locks of unique keys, in memory. */
import type { Room } from '../../core/job/counted.ts'
import { isSameItem, type JobItem, type RawItem } from '../../core/job/job.ts'
import {
  type FoundLock,
  type Lock,
  type LockKey,
  lockGoesOn,
  lockKeyOf,
  lockOfNext,
  ownWrite,
  type UniqueJob,
} from '../../core/job/lock.ts'
import { emptyState, type ShardVersion } from '../../core/shard/state.ts'
import type { KeyClaim, Swap, SwapOutcome, UniqueOutcome } from '../../ports/store.ts'
import { whatIsThere } from './job-ends.ts'
import { changeSizes, isFull } from './sizes.ts'
import { deleteJob, putJob, type Tables } from './tables.ts'

export function putUnique(
  tables: Tables,
  { item, lock }: UniqueJob,
  found?: FoundLock,
  rooms?: readonly Room[],
): UniqueOutcome {
  const locked = tables.locks.get(lock.pk)
  if (locked && !(found && isSameKey(locked.job, found.job))) {
    if (locked.mark !== lock.mark) return { kind: 'locked', lock: structuredClone(locked) }
    const kind = ownWrite(locked, item)
    return kind === 'put' ? { kind } : { kind, job: { ...locked.job } }
  }
  const hasToBeGone = found && !found.hasStarted && !isSameKey(found.job, item)
  if (hasToBeGone && tables.jobs.get(found.job.pk)?.has(found.job.sk))
    return { kind: 'existing', job: { ...found.job } }
  const standing = tables.jobs.get(item.pk)?.get(item.sk)
  if (standing) return isSameItem(standing, item) ? { kind: 'existing', job: lock.job } : { kind: 'taken' }
  if (isFull(tables, rooms)) return { kind: 'full' }
  changeSizes(tables, [], [item])
  tables.locks.set(lock.pk, structuredClone(lock))
  putJob(tables, item)
  return { kind: 'put' }
}

export function swapWaiting(
  tables: Tables,
  { shard, version }: ShardVersion,
  item: RawItem,
  { next, lock, expiresAt, rooms }: Swap,
): SwapOutcome {
  // As one transaction of DynamoDB can do one thing with a key.
  if (isSameKey(next, item)) return 'occupied'
  const state = tables.states.get(shard)
  const own = tables.locks.get(lock.pk)
  if (state?.version !== version || whatIsThere(tables, item)) return 'stale'
  if (!own || !isSameKey(own.job, item)) return 'stale'
  if (tables.jobs.get(next.pk)?.has(next.sk)) return 'occupied'
  if (isFull(tables, rooms)) return 'full'
  changeSizes(tables, [item], [next])
  deleteJob(tables, item)
  putJob(tables, next)
  tables.locks.set(lock.pk, structuredClone(lock))
  const kept = version === undefined && expiresAt !== undefined ? { expiresAt } : {}
  tables.states.set(shard, { ...(state ?? emptyState(shard)), ...kept, version: (version ?? 0) + 1 })
  return 'swapped'
}

/** Whether a job that is put may have its unique key, too. */
export const mayClaim = (tables: Tables, { key, found }: KeyClaim, job: JobItem): boolean =>
  lockInTheWay(tables, key, found, job) === undefined

/** The lock by which a job that is put may not have its key: another's, or the one that was found, whose job is there. */
export function lockInTheWay(
  tables: Tables,
  { pk }: LockKey,
  found: FoundLock | undefined,
  job: Key,
): Lock | undefined {
  const locked = tables.locks.get(pk)
  if (locked && !(found && isSameKey(locked.job, found.job))) return structuredClone(locked)
  const hasToBeGone = found && !found.hasStarted && !isSameKey(found.job, job)
  const isThere = hasToBeGone && tables.jobs.get(found.job.pk)?.has(found.job.sk)
  return isThere ? structuredClone(found) : undefined
}

export const claimKey = (tables: Tables, { key }: KeyClaim, job: JobItem): void =>
  void tables.locks.set(key.pk, lockOfNext(key, job))

/** What takes the job's place has the lock that the job had, if that was its own. */
export function takeLockAlong({ locks }: Tables, item: RawItem, next: JobItem): void {
  const key = lockKeyOf(item)
  const lock = key && locks.get(key.pk)
  if (key && lock && isSameKey(lock.job, item)) locks.set(key.pk, { ...lock, ...lockGoesOn(item, next) })
}

interface Key {
  readonly pk: string
  readonly sk: string
}
export const isSameKey = (one: Key, other: Key): boolean => one.pk === other.pk && one.sk === other.sk
