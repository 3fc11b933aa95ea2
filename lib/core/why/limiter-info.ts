/** What a limiter has, who uses it and who waits for it, in numbers: plain data. */
import type { Kept } from '../limits/guarantee.ts'
import type { LimitOverride } from '../limits/limits.ts'
import type { SlowDown } from '../limits/slow-down.ts'
import type { ShardHolder, ShardWaiting } from './holders.ts'

/** What a limiter has, who uses it, and who waits for it. */
export interface LimiterInfo {
  /** `total|crm`, `pool|hubspot`, `tag|model`, `tag|model=gpt-5`, `each|user=ann` or `rate|crm:payload.region=eu`. */
  readonly name: string
  /** How many units it has: as somebody has set it, or as configured. Absent for one with a rate alone. */
  readonly units?: number
  readonly configured?: number
  /** Its rate, if it has one. */
  readonly rate?: LimiterRate
  /** What somebody has set, with the note; a pause is part of it. */
  readonly override?: LimitOverride
  /** Nothing that needs it starts before a time. */
  readonly slowedDown?: SlowDown
  /** How many units are lent. After a limit was lowered it may be more than there are. */
  readonly lent: number
  /** What partitions are guaranteed of a total, as somebody has set it, or as configured. */
  readonly guaranteed?: Kept
  /** What partitions have still to get of what is guaranteed to them: nobody else gets so many of the units that are free. */
  readonly kept?: Kept
  /**
   * The shards that have units. `limiter` and `why` look at the hundred with most, say which jobs run in them, and name first whose
   * end first at the latest; `limiters` looks at none, and those with most come first.
   */
  readonly holders: readonly ShardHolder[]
  /**
   * The shards that wait for units, in the order in which they are served; in a large one that holds within each of its parts.
   * Those whose jobs need more units than there are come last: they wait until somebody raises the limit. Of the first hundred
   * `limiter` and `why` say since when.
   */
  readonly waiting: readonly ShardWaiting[]
}

/** Times are epoch ms. */
export interface LimiterRate {
  readonly allowed: number
  readonly period_ms: number
  /** Starts in the window that ends now, and those that are granted already: to jobs on their way, and to shards that wait. */
  readonly used: number
  /** When a shard that asks now gets its next start. Absent if it is paused. */
  readonly nextAt?: number
}
