/** A throttled shard asks for units only for the jobs that its throttle lets start: others could use them meanwhile. */
import type { Job } from '../../core/job/job.ts'
import type { RateLimit } from '../../core/limits/limits.ts'
import type { Pace } from '../../core/limits/throttled.ts'
import { roomFor, type Staying, separateTwins } from '../../core/pass/room.ts'
import type { ShardState } from '../../core/shard/state.ts'

interface Asking {
  readonly state: ShardState
  readonly staying: Staying
  readonly due: readonly Job[]
  readonly rateLimit: RateLimit | undefined
}

export function pacedJobs(
  pace: Pace,
  { state, staying, due, rateLimit }: Asking,
  now: number,
): readonly Job[] {
  const endless = { slots: Number.POSITIVE_INFINITY, ...(rateLimit ? { rateLimit } : {}) }
  const limits = pace.limit(endless, now)
  if (!limits.throttle) return due
  return separateTwins(due, staying).candidates.slice(
    0,
    roomFor(staying, { state, limits, now }).starts.length,
  )
}
