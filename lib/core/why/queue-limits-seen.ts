/** The limits that somebody has set for all partitions of a queue, as people see them. Plain data. */
import type { Limits, RateLimit } from '../limits/limits.ts'
import { withMargin } from '../limits/limits.ts'
import { type Said, saidOf } from './said.ts'

export interface QueueLimitsSeen extends Said {
  readonly concurrency?: number
  readonly rateLimit?: RateLimit
  /** Somebody wrote limits that make no sense, so nothing of the queue runs. */
  readonly problem?: string
}

export const queueLimitsSeen = ({
  concurrency,
  rateLimit,
  problem,
  ...said
}: NonNullable<Limits['queueLimits']>): QueueLimitsSeen => ({
  ...(concurrency === undefined ? {} : { concurrency }),
  ...(rateLimit === undefined ? {} : { rateLimit: withMargin(rateLimit) }),
  ...saidOf(said),
  ...(problem === undefined ? {} : { problem }),
})

export interface LimitsForAll {
  /** What somebody has set for all partitions of the queue. */
  readonly queueLimits?: QueueLimitsSeen
}

export const queueLimitsIn = ({ queueLimits }: Limits): LimitsForAll =>
  queueLimits ? { queueLimits: queueLimitsSeen(queueLimits) } : {}

export interface SetForAll extends LimitsForAll {
  /** Somebody has paused the whole queue. */
  readonly queuePaused?: NonNullable<Limits['queuePaused']>
}

/** For whoever is told of the queue, or of a partition of it. */
export const setForAll = ({ queuePaused, ...limits }: Limits): SetForAll => ({
  ...(queuePaused ? { queuePaused } : {}),
  ...queueLimitsIn(limits),
})
