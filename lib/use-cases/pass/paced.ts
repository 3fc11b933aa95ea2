/** A throttled shard asks for units only for the jobs that its throttle lets start: others could use them meanwhile. */
import type { Job } from '../../core/job/job.ts'
import type { Limits } from '../../core/limits/limits.ts'
import type { Pace } from '../../core/limits/throttled.ts'
import { roomFor, type Staying, separateTwins } from '../../core/pass/room.ts'
import type { ShardState } from '../../core/shard/state.ts'

interface Asking {
  readonly state: ShardState
  readonly staying: Staying
  readonly due: readonly Job[]
  /** Those of the partition. */
  readonly limits: Pick<Limits, 'rateLimit' | 'costRate'>
}

export function pacedJobs(
  pace: Pace,
  { state, staying, due, limits: { rateLimit, costRate } }: Asking,
  now: number,
): readonly Job[] {
  const { candidates } = separateTwins(due, staying)
  const rates = { ...(rateLimit ? { rateLimit } : {}), ...(costRate ? { costRate } : {}) }
  const limits = pace.limit({ slots: Number.POSITIVE_INFINITY, ...rates }, now, candidates[0]?.cost)
  if (!limits.throttle) return due
  return candidates.slice(0, roomFor(staying, { state, limits, now }).starts.length)
}
