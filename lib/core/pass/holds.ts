/** Why due jobs are not claimed: values, with numbers, which decisions, `why` and events read. */

import type { LimiterUse } from '../limits/limits.ts'
import type { LimiterName } from '../limits/queue-limiter.ts'

/** How many jobs are held: of those that a pass has read, so there may be more. */
interface Held {
  readonly jobs: number
}

export type Hold =
  /** Somebody has set a limit to 0. */
  | (Held & { readonly reason: 'paused' })
  /** The partition is slowed down, or a limiter. `until`: epoch ms. */
  | (Held & { readonly reason: 'slowed down'; readonly until: number; readonly limiter?: LimiterName })
  /** All slots that the shard may use are taken. */
  | (Held & { readonly reason: 'slots'; readonly inFlight: number; readonly slots: number })
  /** A limiter has lent what it has, or this shard uses what it has from it. */
  | (Held &
      LimiterUse & {
        readonly reason: 'limiter'
        readonly limiter: LimiterName
        /** The shard does not stand in its line, which is full: it looks again at `lookAt`, epoch ms. */
        readonly isLineFull?: true
        readonly lookAt?: number
      })
  /** The rate allows no further start. `reopensAt`: epoch ms; absent if that depends on claims that have not started. */
  | (Held & { readonly reason: 'rate'; readonly allowed: number; readonly reopensAt?: number })
  /** A job has started so recently that the next has to wait. `reopensAt`: as above. */
  | (Held & { readonly reason: 'interval'; readonly interval_ms: number; readonly reopensAt?: number })
  /**
   * Too many attempts have failed, so the shard starts so many times less, whatever it is given. `reopensAt`: as above, or when it is
   * less slow.
   */
  | (Held & { readonly reason: 'throttled'; readonly stretch: number; readonly reopensAt: number })
  /**
   * A rate that several shards share, or that counts what jobs cost, allows no further start now. `nextAt`: epoch ms; absent if it
   * is paused, or less than the next job costs. `cost`: as how many starts that counts, if it is more than one.
   */
  | (Held & {
      readonly reason: 'shared rate'
      readonly limiter: LimiterName
      readonly allowed: number
      readonly period_ms: number
      readonly nextAt?: number
      readonly cost?: number
    })
  /** Another job with the same id is in flight. */
  | (Held & { readonly reason: 'same id' })
  /** They are fewer than a batch has, and wait for more until then, epoch ms. */
  | (Held & { readonly reason: 'batch'; readonly size: number; readonly until: number })
  /** More are due than were read. */
  | { readonly reason: 'not read' }

/** Nobody has to be woken for these: whoever frees a slot or an id, or lifts a pause, looks at the shard. */
const ENDED_BY_OTHERS: ReadonlySet<Hold['reason']> = new Set(['paused', 'slots', 'limiter', 'same id'])

export const isEndedByOthers = ({ reason }: Hold): boolean => ENDED_BY_OTHERS.has(reason)

const WHATEVER_THE_UNITS: ReadonlySet<Hold['reason']> = new Set(['same id', 'slowed down', 'batch'])

/**
 * More units would let a job start, or reading on. What a throttle holds may lack a slot, too: with one it could not start, and would
 * pass that on to others that cannot, with a wake-up each time. It asks when its throttle lets it start.
 */
export const isWorkLeft = (holds: readonly Hold[]): boolean =>
  !holds.some(({ reason }) => reason === 'throttled') &&
  holds.some(({ reason }) => !WHATEVER_THE_UNITS.has(reason))
