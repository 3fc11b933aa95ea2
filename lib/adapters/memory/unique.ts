/** Locks of unique keys, in memory. */
import type { Room } from '../../core/job/counted.ts'
import { isSameItem, type JobItem, type RawItem } from '../../core/job/job.ts'
import { type Lock, lockKeyOf, lockOfNext, type UniqueJob } from '../../core/job/lock.ts'
import type { UniqueOutcome } from '../../ports/store.ts'
import { changeSizes, isFull } from './sizes.ts'
import { putJob, type Tables } from './tables.ts'

export function putUnique(
  tables: Tables,
  { item, lock }: UniqueJob,
  found?: Lock,
  rooms?: readonly Room[],
): UniqueOutcome {
  const locked = tables.locks.get(lock.pk)
  if (locked && !(found && isSameKey(locked.job, found.job)))
    return locked.mark === lock.mark ? { kind: 'put' } : { kind: 'locked', lock: structuredClone(locked) }
  if (found && !isSameKey(found.job, item) && tables.jobs.get(found.job.pk)?.has(found.job.sk))
    return { kind: 'existing', job: { ...found.job } }
  const standing = tables.jobs.get(item.pk)?.get(item.sk)
  if (standing) return isSameItem(standing, item) ? { kind: 'existing', job: lock.job } : { kind: 'taken' }
  if (isFull(tables, rooms)) return { kind: 'full' }
  changeSizes(tables, [], [item])
  tables.locks.set(lock.pk, structuredClone(lock))
  putJob(tables, item)
  return { kind: 'put' }
}

/** The next attempt has the lock that the job had, if that was its own. */
export function lockGoesOn({ locks }: Tables, item: RawItem, next: JobItem): void {
  const key = lockKeyOf(item)
  const lock = key && locks.get(key.pk)
  if (key && lock && isSameKey(lock.job, item)) locks.set(key.pk, lockOfNext(key, next))
}

interface Key {
  readonly pk: string
  readonly sk: string
}
const isSameKey = (one: Key, other: Key): boolean => one.pk === other.pk && one.sk === other.sk
