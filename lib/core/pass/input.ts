/** What a decision is made of, and what it changes. */
import type { Job } from '../job/job.ts'
import type { Waits } from '../job/wait.ts'
import type { JobId } from '../keys.ts'
import type { Counted } from '../limits/adaptive.ts'
import type { Grant } from '../limits/grant.ts'
import type { ShardLimits } from '../limits/limits.ts'
import type { SlowDown } from '../limits/slow-down.ts'
import type { Throttling } from '../limits/throttled.ts'
import type { Held, ShardState, Slot, Slots, Token } from '../shard/state.ts'
import type { Hold } from './holds.ts'

/** What a pass read, in this order: first the state, then the jobs. */
export interface PassInput {
  readonly state: ShardState
  /** Due jobs in their order. */
  readonly due: readonly Job[]
  /** More jobs are due than were read. */
  readonly more: boolean
  /** Reading ended early, at a number of twins that is more than enough: those behind them have to wait for them. */
  readonly cut?: boolean
  /** When the first job that is not yet due will be. Epoch ms. */
  readonly nextDueAt?: number
  /** The last key that was read; absent if reading came to the end. */
  readonly stoppedAt?: string
  readonly reading: Reading
  readonly limits: ShardLimits
  /** By what outcomes the limits are stretched. Absent for a queue that does not adapt. */
  readonly throttling?: Throttling
  readonly now: number
  /**
   * Whether a batch has waited for long enough is judged by this time, epoch ms, whatever `now` is: units and starts of shared
   * rates have been asked for as many. Default: `now`.
   */
  readonly batchesAt?: number
  readonly newToken: () => Token
  /** Dead slots whose jobs have been taken care of. Only these may be dropped. */
  readonly recovered: ReadonlySet<JobId>
  /** The slot that a worker gives back with this pass. */
  readonly released?: Released
  /** The worker would run the next job itself, until this time at the latest. */
  readonly runUntil?: number
  /** The worker's process runs other jobs meanwhile. */
  readonly shared?: boolean
  /** The `dueAt` that this pass may have written, without sending its wake-up. */
  readonly uncertain?: number
  /** The wake-up that caused this pass; it is used up. */
  readonly wokenFor?: number
}

/** Who holds a slot. */
export interface Holder {
  readonly id: JobId
  readonly token: Token
}

export interface Released extends Holder {
  /** Its job may still be in the table: it has not run, or another item was put in its place. */
  readonly jobStands?: true
  /** Its handler has asked that its partition starts nothing for a while. */
  readonly slow?: SlowDown
  /** What its attempt counts as, if its queue adapts to that. */
  readonly outcome?: Counted
}

/** How the jobs are read. */
export interface Reading {
  /** Epoch ms before the first of them was read: what was put later may not have been seen. */
  readonly since: number
  /** Amid the jobs in flight, too. */
  readonly whole: boolean
  /** Something may stand amid those in flight: the state says so, or what brought this pass. */
  readonly doubtful: boolean
  /** What was put so late that another pass, under way, may have claimed beyond it. */
  readonly late: readonly string[]
}

export interface Claim {
  readonly job: Job
  /** The other jobs of its batch. Absent if it is by itself. */
  readonly others?: readonly Job[]
  readonly slot: Slot
  /** Epoch ms before which the job must not start: now, or when the rate allows it. */
  readonly startAt: number
  /** The start of the rates that its queue shares. */
  readonly granted?: Grant
  /** For what it has waited. Absent if for nothing. */
  readonly waits_ms?: Waits
}

/** The change to a state item. Slots are added and removed one by one, for others may change theirs meanwhile. */
export interface PassChange {
  readonly take: Slots
  readonly drop: readonly JobId[]
  /** Claims to be sent again, if nobody has started them meanwhile. */
  readonly resend: readonly Holder[]
  readonly sentAt: number
  /** The bucket that remembers the start of the worker's own next job. */
  readonly start?: string
  readonly forget: readonly string[]
  readonly waiting: boolean
  readonly waitingAmid: boolean
  readonly dueAt?: number
  /** What has held its jobs back lately. */
  readonly held: readonly Held[]
}

export interface Decision {
  readonly change: PassChange
  /** False if the item already says all this: no write is needed. */
  readonly changed: boolean
  /** The new claims, in order. */
  readonly claims: readonly Claim[]
  /** A wake-up has to be arranged. */
  readonly wake?: ArrangedWake
  /** More could have been claimed than was read: read again. */
  readonly readOn: boolean
  /** What holds the due jobs that were not claimed. */
  readonly holds: readonly Hold[]
  /** When the shard has to be looked at again, and why. */
  readonly looks: readonly Look[]
}

/** A time at which the shard has to be looked at, although nobody comes. */
export interface Look {
  /** Epoch ms. */
  readonly at: number
  readonly why:
    | 'a wake-up is on its way'
    | 'the rate reopens'
    | 'the interval is over'
    | 'the throttle lets one start'
    | 'a shared rate grants a start'
    | 'a slow-down ends'
    | 'a line is full'
    | 'a batch has waited for long enough'
    | 'a job expires'
    | 'a job is due'
}

export interface ArrangedWake {
  readonly at: number
  /** If a second counts, the wake-up comes early and the dispatcher waits for the rest. */
  readonly isPrecise: boolean
}
