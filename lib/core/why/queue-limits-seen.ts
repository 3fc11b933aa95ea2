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

/** For whoever is told of the queue, or of a partition of it. */
export const queueLimitsIn = ({ queueLimits }: Limits): { readonly queueLimits?: QueueLimitsSeen } =>
  queueLimits ? { queueLimits: queueLimitsSeen(queueLimits) } : {}
