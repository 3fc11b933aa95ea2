/** What there is of a partition, in numbers: plain data. Counts say so if there may be more. Times are epoch ms. */
import type { LimitOverride, RateLimit } from '../limits/limits.ts'
import type { SlowDown } from '../limits/slow-down.ts'
import type { Census, QueueCount } from './census.ts'
import type { SetForAll } from './queue-limits-seen.ts'
import type { SizesSeen, SizeUse } from './sizes.ts'
import type { ThrottleUse } from './throttle-use.ts'
import type { Counted, Trouble } from './why.ts'

/** The limits of a whole partition. What is absent is not limited. */
export interface LimitsSeen {
  readonly concurrency?: number
  readonly rateLimit?: RateLimit
}

export interface RateUse {
  readonly allowed: number
  readonly period_ms: number
  /** Starts in the window that ends now, and claims that may start at any moment. */
  readonly used: number
  /** When a job may start again. Absent if one may start now. */
  readonly reopensAt?: number
}

/** Of one shard: what it has in flight, and what it has of its partition's limits. */
export interface ShardStats {
  readonly shard: string
  readonly waiting: Counted
  readonly blocked: Counted
  readonly delayed: Counted
  readonly inFlight: number
  /** Slots that it has from the plain shard. */
  readonly borrowed: number
  /** In the plain shard: slots that others have. */
  readonly lent: number
  /** Of a queue that is `adaptive`. */
  readonly throttle?: ThrottleUse
}

export interface PartitionStats extends SetForAll {
  readonly at: number
  readonly queue: string
  readonly partition?: string
  /** Due, and not in flight. */
  readonly waiting: Counted
  /** Of those that wait: those of shards that have been looked at, and a limit let no more of them start. `why` says which. */
  readonly blocked: Counted
  /** Not due yet: delayed, or waiting for another attempt. */
  readonly delayed: Counted
  readonly inFlight: number
  /**
   * Its dead letters. `atLeast` if the queue has some that name no partition, which may be its own: events, and letters of
   * jobs with malformed keys or of earlier versions.
   */
  readonly dead: Counted
  /** The dead letters of the whole queue. */
  readonly deadOfQueue: Counted
  /** For how long the oldest due job waits. */
  readonly oldest_ms?: number
  readonly configured: LimitsSeen
  /** In force now: configured, or set at run time. */
  readonly inForce: LimitsSeen
  readonly override?: LimitOverride
  /** Somebody wrote an override that makes no sense, so nothing runs. */
  readonly overrideProblem?: string
  readonly slowedDown?: SlowDown
  readonly rate?: RateUse
  /** Of a queue that is `adaptive`: by how much it is slower by itself, and why. */
  readonly throttle?: ThrottleUse
  /** Of a queue that has `maxQueueSize`. */
  readonly sizes?: SizesSeen
  /** Shards in which there is anything. */
  readonly shards: readonly ShardStats[]
  /** Shards whose state cannot be read: they are in no number here. */
  readonly troubles: readonly (Trouble & { readonly shard: string })[]
}

/** What there is of a whole queue. */
export interface QueueStats extends SetForAll {
  readonly at: number
  readonly queue: string
  /** Its dead letters, counted now. */
  readonly dead: Counted
  /** Of a queue that has `maxQueueSize`: exact. */
  readonly size?: SizeUse
  /** What the last sweep has counted that came to the end of the Jobs table. Absent until one has. */
  readonly counted?: QueueCount & Pick<Census, 'from' | 'until'>
}

export function sumOf(counts: readonly Counted[]): Counted {
  const count = counts.reduce((sum, one) => sum + one.count, 0)
  return counts.some(({ atLeast }) => atLeast) ? { count, atLeast: true } : { count }
}

/** Without so many of them. */
export const less = (counted: Counted, count: number): Counted => ({
  ...counted,
  count: Math.max(0, counted.count - count),
})
