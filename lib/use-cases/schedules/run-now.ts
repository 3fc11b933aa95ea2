/** Somebody wants a job of a schedule now, beside its rule: paused or not, whatever it has missed. */
import { InvalidJobError } from '../../core/errors.ts'
import type { JobItem } from '../../core/job/job.ts'
import { uniqueOf } from '../../core/job/lock.ts'
import type { NewItem } from '../../core/job/one-only.ts'
import { jobOfTick, nameInJobs, overlapKey } from '../../core/schedule/job-of-tick.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { type KeyParts, scheduleKey } from '../../core/schedule/schedule-key.ts'
import { manualTick } from '../../core/schedule/tick-of-job.ts'
import { putNew, type Standing } from '../enqueue-once.ts'
import { changing, scheduleThere } from './standing.ts'
import type { ScheduleContext } from './withdraw.ts'

export interface RanNow {
  readonly item: JobItem
  /** Its jobs must not overlap, and this one is there. */
  readonly there?: Standing
}

/**
 * @param id of this call, and of no other
 * @throws NoScheduleError, InvalidScheduleError, InvalidJobError
 */
export async function runNow(context: ScheduleContext, parts: KeyParts, id: string): Promise<RanNow> {
  const named = { ...parts, key: scheduleKey(parts.task, parts.name) }
  const schedule = await changing(context, named, async (there) => scheduleThere(there, parts))
  const job = manualJob(context, schedule, id)
  const there = await putNew(context.store, job)
  return { item: job.item, ...(there ? { there } : {}) }
}

/** Its window does not count, for somebody waits for it. */
function manualJob({ config, clock }: ScheduleContext, schedule: Schedule, id: string): NewItem {
  const now = clock.now()
  const { key, options } = schedule
  const own = { ...schedule, options: { ...options, window_ms: 0 } }
  const made = jobOfTick(config, own, manualTick(schedule, now), `${nameInJobs(key)}.${id}`)
  if (!made.ok) throw new InvalidJobError(made.reason)
  if (options.overlap === 'allow') return { item: made.value }
  const only = uniqueOf({ key: overlapKey(key) }, made.value, id, now)
  if (!only.ok) throw new InvalidJobError(only.reason)
  return only.value
}
