/** The two queues: work for the workers, and wake-ups for the dispatcher. */
import type { Waits } from '../core/job/wait.ts'
import type { ShardKey, SortKey } from '../core/keys.ts'
import type { GrantKey } from '../core/limits/grant.ts'
import type { LimiterName } from '../core/limits/queue-limiter.ts'
import type { ScheduleKey } from '../core/schedule/schedule.ts'
import type { Token } from '../core/shard/state.ts'

/** One claimed job. The worker proves its claim with the token and reads the job by its key. */
export interface WorkMessage {
  readonly pk: ShardKey
  readonly sk: SortKey
  readonly token: Token
  /** Epoch ms before which the job must not start, if the rate does not allow it yet; long past if its claim is sent again. */
  readonly startAt?: number
  /** For what it has waited until it was claimed. */
  readonly waits_ms?: Waits
  /** It is not to share a process with other jobs. */
  readonly alone?: true
  /** How its start is counted, if the shard has a rate limit. */
  readonly rate?: StartCounting
  /** Until when it may start, if its queue shares a rate. */
  readonly granted?: GrantedStart
}

export interface GrantedStart {
  /** Epoch ms from which on it might. */
  readonly at: number
  /** Epoch ms. A job that would start later goes back, with nothing spent. */
  readonly until: number
  /** A handler may begin so much later than its start was written. */
  readonly late_ms: number
  /** What the job said that it costs, if it said anything: another would count as something else. */
  readonly cost?: number
  /** What limiters have on record at `until`, to be changed to the time at which the job has started. */
  readonly settle: readonly SettledStart[]
}

export interface SettledStart {
  readonly limiter: LimiterName
  readonly grant: GrantKey
  /** The width of the buckets that remember starts. */
  readonly bucket_ms: number
}

export interface StartCounting {
  /** The width of the buckets that remember starts. */
  readonly bucket_ms: number
  /** A handler that begins later than this after its start was written is counted once more. */
  readonly margin_ms: number
  /** For how long a start is remembered. */
  readonly kept_ms: number
}

/** Look at a shard, now or at the time for which the message was delayed. */
export interface WakeMessage {
  readonly shard: ShardKey
  /** The `dueAt` of the state item for which this wake-up was arranged. */
  readonly dueAt?: number
  /** Sort keys, of any form, of items of the shard that somebody has to judge: no pass would see them. */
  readonly judge?: readonly string[]
}

/** A message names at most so many schedules: one that comes again brings no more than a page of them. */
export const SCHEDULES_A_MESSAGE = 100

/** Fire what is due, now or at the time for which the message was delayed. */
export interface FireMessage {
  /** A partition of schedules, or some schedules, whatever partition they lie in. */
  readonly fire: number | readonly ScheduleKey[]
  /** Of a partition only those behind this. */
  readonly cursor?: { readonly key: ScheduleKey; readonly nextAt: number }
  /** Epoch ms. The time for which this was arranged. */
  readonly dueAt?: number
  /**
   * Epoch ms. What a visit leaves goes on by other messages until then, and is left to the next tick after that: otherwise each
   * tick would add to those that go on. Absent: it does not go on by itself.
   */
  readonly until?: number
}

/** What the dispatcher is told by the wake queue. */
export type DispatchMessage = WakeMessage | FireMessage

export interface WorkQueue {
  /** Sends all of them. If it throws `SendIncompleteError`, all but its `unsent` have been sent. */
  send(messages: readonly WorkMessage[]): Promise<void>
}

export interface WakeQueue {
  /**
   * Sends all of them. If it throws `SendIncompleteError`, all but its `unsent` have been sent. The delay is in whole
   * seconds, rounded down: a message may arrive up to a second early, and whoever gets it waits for the rest.
   */
  send(messages: readonly (DelayedWake | DelayedFire)[]): Promise<void>
}
interface Delayed {
  /** From 0 to `MAX_DELAY_MS`; rounded down to whole seconds, so that nobody is late who waits for the rest. */
  readonly delay_ms: number
}
export interface DelayedWake extends WakeMessage, Delayed {}
export interface DelayedFire extends FireMessage, Delayed {}
