/** Who has stopped what, and why, as far as the items say it: for people. Plain data. */
import type { LimitOverride, Limits } from '../limits/limits.ts'
import type { ShardState } from '../shard/state.ts'

/** Who did it, and why, as far as that was said. */
export interface Note {
  readonly by?: string
  readonly note?: string
}

export interface PauseFacts extends Note {
  /** The override makes no sense, and so pauses. */
  readonly problem?: string
}

export interface PartitionPause extends PauseFacts {
  /** Not the partition alone: its whole queue. */
  readonly ofQueue?: true
}

/** What somebody has set for all of a queue. */
export type OfQueue = Pick<Limits, 'queuePaused' | 'queueLimits'>

/** What is set for a partition, or for a limiter, stands in its own item. */
type Owner = Pick<Partial<ShardState>, 'override' | 'overrideProblem'>

export const noteOf = (
  said: { readonly by?: string | undefined; readonly reason?: string | undefined } = {},
): Note => ({
  ...(said.by === undefined ? {} : { by: said.by }),
  ...(said.reason === undefined ? {} : { note: said.reason }),
})

/** What pauses by what stands in an item, as far as that says it. */
export const pauseIn = ({ override, overrideProblem }: Owner): PauseFacts =>
  overrideProblem === undefined ? noteOf(override?.paused ?? override) : { problem: overrideProblem }

/** Whatever stops the whole queue comes first, then what is set for the partition, then what is set for all of them. */
export function pausedBy({ queuePaused, queueLimits }: OfQueue, owner: Owner): PartitionPause {
  if (queuePaused) return { ofQueue: true, ...noteOf(queuePaused) }
  if (queueLimits?.problem !== undefined) return { ofQueue: true, problem: queueLimits.problem }
  if (queueLimits && isStopping(queueLimits) && !stopsItself(owner))
    return { ofQueue: true, ...noteOf(queueLimits) }
  return pauseIn(owner)
}

const stopsItself = ({ override, overrideProblem }: Owner): boolean =>
  overrideProblem !== undefined || override?.paused !== undefined || isStopping(override ?? {})

const isStopping = ({ concurrency, rateLimit }: Pick<LimitOverride, 'concurrency' | 'rateLimit'>): boolean =>
  concurrency === 0 || rateLimit?.allowed === 0
