/** A job that comes back, or is moved, has its unique key as before, unless another job has that by now. */

import type { JobItem, RawItem } from '../core/job/job.ts'
import { type FoundLock, type LockKey, lockKeyOf } from '../core/job/lock.ts'
import { type Parsed, parsed, refused } from '../core/text/parsed.ts'
import type { KeyClaim, Store } from '../ports/store.ts'

/**
 * How the job has its key when it is put; nothing, if it has none; or who has it.
 * @param from the item that is moved: if the key was not its own, it goes without
 */
export async function claimOf(
  { jobs, history }: Pick<Store, 'jobs' | 'history'>,
  job: JobItem,
  from?: RawItem,
): Promise<Parsed<KeyClaim | undefined>> {
  const key = lockKeyOf(job)
  if (!key) return parsed(undefined)
  const own = from && lockKeyOf(from)
  if (from && !(own && isOf((await history.lock(own))?.job, from))) return parsed(undefined)
  const found = await history.lock(key)
  if (!found) return parsed({ key })
  if (from && isOf(found.job, from)) return parsed(movedFrom(key, found))
  if (await jobs.get(found.job))
    return refused(
      `its unique key is another job's, ${found.job.pk} ${found.job.sk}: wait for the end of that`,
    )
  return parsed({ key, found })
}

/** The very transaction takes the item away. */
const movedFrom = (key: LockKey, found: FoundLock): KeyClaim => ({
  key,
  found: { ...found, hasStarted: true },
})

const isOf = (job: { pk: string; sk: string } | undefined, { pk, sk }: RawItem): boolean =>
  job?.pk === pk && job.sk === sk
