/** The limits that somebody has set for all partitions of a queue, as people see them. Plain data. */
import type { Limits, RateLimit } from '../limits/limits.ts'
import { withMargin } from '../limits/limits.ts'

export interface QueueLimitsSeen {
  readonly concurrency?: number
  readonly rateLimit?: RateLimit
  readonly by?: string
  readonly reason?: string
  /** Epoch ms. */
  readonly since?: number
  /** Somebody wrote limits that make no sense, so nothing of the queue runs. */
  readonly problem?: string
}

export const queueLimitsSeen = ({
  concurrency,
  rateLimit,
  by,
  reason,
  since,
  problem,
}: NonNullable<Limits['queueLimits']>): QueueLimitsSeen => ({
  ...(concurrency === undefined ? {} : { concurrency }),
  ...(rateLimit === undefined ? {} : { rateLimit: withMargin(rateLimit) }),
  ...(by === undefined ? {} : { by }),
  ...(reason === undefined ? {} : { reason }),
  ...(since === undefined ? {} : { since }),
  ...(problem === undefined ? {} : { problem }),
})

/** For whoever is told of the queue, or of a partition of it. */
export const queueLimitsIn = ({ queueLimits }: Limits): { readonly queueLimits?: QueueLimitsSeen } =>
  queueLimits ? { queueLimits: queueLimitsSeen(queueLimits) } : {}
