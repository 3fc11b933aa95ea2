/** Somebody wants a job of a schedule now, beside its rule. */
import { InvalidJobError } from '../../core/errors.ts'
import type { JobItem } from '../../core/job/job.ts'
import { uniqueOf } from '../../core/job/lock.ts'
import type { NewItem } from '../../core/job/one-only.ts'
import type { Config } from '../../core/queue/config.ts'
import { jobOfTick, nameInJobs, overlapKey } from '../../core/schedule/job-of-tick.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { tickOfJob } from '../../core/schedule/tick-of-job.ts'

/**
 * With the payload and the options of the schedule: of one whose jobs must not overlap it is put only if no other is there. Its
 * window does not count, for somebody waits for it.
 * @throws InvalidJobError if none can be made of it
 */
export function manualJob(
  config: Config,
  schedule: Schedule,
  { id, now }: { readonly id: string; readonly now: number },
): NewItem {
  const own = { ...schedule, options: { ...schedule.options, window_ms: 0 } }
  const tick = { ...tickOfJob(schedule, now), isManual: true } as const
  const made = jobOfTick(config, own, tick, `${nameInJobs(schedule.key)}.${id}`)
  if (!made.ok) throw new InvalidJobError(made.reason)
  return schedule.options.overlap === 'allow' ? { item: made.value } : alone(schedule, made.value, id, now)
}

function alone({ key }: Schedule, item: JobItem, mark: string, now: number): NewItem {
  const unique = uniqueOf({ key: overlapKey(key) }, item, mark, now)
  if (!unique.ok) throw new InvalidJobError(unique.reason)
  return unique.value
}
