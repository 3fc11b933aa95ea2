/** The job of a schedule's tick. Whoever makes it makes the same: its key says of which schedule and which tick it is. */
import { countedAnyway } from '../job/counted.ts'
import { type NewItem, newJob } from '../job/new-job.ts'
import { placeInline } from '../job/place-payload.ts'
import { type Config, queueNamed } from '../queue/configured.ts'
import { sha256 } from '../text/digest.ts'
import { offsetIn } from './offset.ts'
import type { Schedule, ScheduleKey, TickOfJob } from './schedule.ts'

/** So much of a digest that no two schedules share it, and short enough for a job's id. */
const NAME_LENGTH = 24

/** What a schedule is called in the ids of its jobs: a name may hold characters that no id has, and be longer. */
export const nameInJobs = (key: ScheduleKey): string => sha256(key).slice(0, NAME_LENGTH)

export const idOfTick = ({ key }: Schedule, at: number): string =>
  `${nameInJobs(key)}@${new Date(at).toISOString()}`

/** The unique key of those that must not overlap. */
export const overlapKey = (key: ScheduleKey): string => `$schedule|${nameInJobs(key)}`

/** When the job of a tick is due, epoch ms. */
export const dueAtOf = ({ key, options }: Schedule, at: number): number =>
  at + offsetIn(options.window_ms, key)

/**
 * The item of the job, or why there can be none. A queue that is full takes it all the same, for nobody is there to be told; and its
 * payload stands in it, for a schedule has none that is larger than an item's.
 */
export function jobOfTick(config: Config, schedule: Schedule, tick: TickOfJob, id: string): NewItem {
  const { task, queue, payload, options } = schedule
  const { jobPartition: partition, ttl_ms: ttl, priority, tags, pools, cost } = options
  const runAt = dueAtOf(schedule, tick.at)
  const labels = { ...(tags ? { tags } : {}), ...(pools ? { pools } : {}) }
  const made = newJob(
    config,
    { task, queue, payload, partition, ttl, priority, ...labels, cost, runAt, id },
    runAt,
  )
  if (!made.ok) return made
  const placed = placeInline({ ...made.value, schedule: tick })
  if (!placed.ok) return { ok: false, reason: placed.reason, isUnknown: false }
  const { item } = placed.value
  return { ok: true, value: countedAnyway(queueNamed(config, queue) ?? {}, item) }
}
