/** A start that the rates of a shard's queue have granted it. How they come to it: `shared-rate.ts`. */
import type { LimiterName } from './queue-limiter.ts'

/** Under which key a limiter remembers a grant, and as how many starts. */
export type GrantKey = readonly [key: string, units: number]

/** One start, granted by all rates that cover the shard and are granted. */
export interface Grant {
  /** Epoch ms from which on the job may start, and until which it may. */
  readonly at: number
  readonly until: number
  readonly keys: Readonly<Partial<Record<LimiterName, GrantKey>>>
  /** What the job says that it costs for which it was granted: no other may use it. Absent if that says nothing. */
  readonly cost?: number | undefined
}

/** Limiters count on it. */
export const isOnRecord = ({ keys }: Grant): boolean => Object.keys(keys).length > 0

/** What a shard has of all rates that its queue shares. */
export interface SharedStarts {
  /** For the next jobs, in their order. */
  readonly grants: readonly Grant[]
  /** Why there are not more. */
  readonly wait: SharedWait
  /** The one that the shard waits for. */
  readonly ahead?: Grant
  /** The one that its item has is for no job that is next: once that is written there, it goes back, and others can be asked for. */
  readonly isOutdated?: true
  readonly counting: GrantCounting
}

/** How a worker counts a start that was granted. */
export interface GrantCounting {
  /** A handler may begin so much later than its start was written. */
  readonly late_ms: number
  /** For how long a start is remembered. */
  readonly kept_ms: number
  /** The width of the buckets of each limiter. */
  readonly buckets_ms: Readonly<Partial<Record<LimiterName, number>>>
}

/** The rate that grants its next start last. */
export interface SharedWait {
  readonly limiter: LimiterName
  readonly allowed: number
  readonly period_ms: number
  /** Epoch ms. Absent if the limiter is paused or slowed down, or if the job costs more than it allows. */
  readonly nextAt?: number
  /** As how many starts the next job counts, if it is more than one. */
  readonly cost?: number
  /** The limiter is slowed down until then, and grants nothing. Epoch ms. */
  readonly slowedUntil?: number
}
