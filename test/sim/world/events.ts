/** Everything that happens in a world and that an observer may see. Types of the product, none of its code. */

import type { DeploymentRecord } from '../../../lib/core/deployment.ts'
import type { DeadLetter } from '../../../lib/core/job/dead-letter.ts'
import type { Cancellation } from '../../../lib/core/job/doom.ts'
import type { EndedRecord } from '../../../lib/core/job/ended-job.ts'
import type { JobItem, RawItem } from '../../../lib/core/job/job.ts'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { Holder, Released } from '../../../lib/core/pass/decide.ts'
import type { QueueLimits } from '../../../lib/core/queue/queue-limits.ts'
import type { QueuePause } from '../../../lib/core/queue/queue-pauses.ts'
import type { QueueSettings } from '../../../lib/core/queue/queue-settings.ts'
import type { EnabledPartitions } from '../../../lib/core/schedule/enabled.ts'
import type { ShardState } from '../../../lib/core/shard/state.ts'
import type { DispatchMessage, WorkMessage } from '../../../lib/ports/queues.ts'
import type {
  Attempt,
  Burial,
  EndWaitingOutcome,
  Move,
  MoveWaitingOutcome,
  NotThere,
  PassOutcome,
  PassWrite,
  RawKey,
  RawSchedule,
  ReleaseOutcome,
  StartOutcome,
  SwapOutcome,
} from '../../../lib/ports/store.ts'
import type { Asked } from '../workloads/keyed.ts'
import type { LimiterActPlan } from '../workloads/plan.ts'
import type { ScheduleVerb } from '../workloads/schedule-plan.ts'
import type { FunctionName, Invocation } from './invocation.ts'

export type AttemptEnd = 'succeeded' | 'failed' | 'slowed' | 'crashed'

/** An operation that took effect in the store, with the item before it. */
export type Effect =
  | {
      readonly op: 'put'
      readonly item: RawItem
      readonly outcome: 'put' | 'exists' | 'taken' | 'overwritten'
    }
  /** Somebody puts an item by hand, whatever stands there. */
  | { readonly op: 'overwrite'; readonly item: RawItem; readonly stood: boolean }
  /** Somebody deletes an item by hand. */
  | { readonly op: 'withdraw'; readonly key: RawKey }
  /** The job of a tick that was put ahead is taken back by its schedule. */
  | { readonly op: 'takeBack'; readonly key: RawKey }
  | { readonly op: 'remove'; readonly key: RawItem; readonly outcome: 'removed' | NotThere }
  | {
      readonly op: 'replace'
      readonly key: RawItem
      readonly next: JobItem
      readonly outcome: 'replaced' | 'occupied' | NotThere
    }
  | {
      readonly op: 'bury'
      readonly key: RawItem
      readonly letter: DeadLetter
      readonly outcome: 'buried' | NotThere
    }
  | {
      readonly op: 'cancel'
      readonly key: RawItem
      readonly mark: Cancellation
      readonly outcome: 'marked' | NotThere
    }
  | {
      readonly op: 'endWaiting'
      readonly shard: string
      /** Of the state that was read. */
      readonly version: number | undefined
      readonly burials: readonly Burial[]
      readonly outcome: EndWaitingOutcome
    }
  | {
      readonly op: 'moveWaiting'
      readonly shard: string
      readonly version: number | undefined
      readonly moves: readonly Move[]
      readonly outcome: MoveWaitingOutcome
    }
  /** Another job takes the place of one that waits, and its unique key. */
  | { readonly op: 'swap'; readonly item: RawItem; readonly next: JobItem; readonly outcome: SwapOutcome }
  | { readonly op: 'buryEvent'; readonly letter: DeadLetter }
  /** What is remembered of a job that has ended, unless what is remembered already ended later. */
  | { readonly op: 'rememberEnded'; readonly record: EndedRecord; readonly isWritten: boolean }
  | { readonly op: 'get'; readonly key: RawKey }
  | { readonly op: 'range'; readonly shard: string; readonly found: number }
  | { readonly op: 'read'; readonly shard: string; readonly state: ShardState | undefined }
  | {
      readonly op: 'pass'
      readonly shard: string
      readonly read: ShardState
      readonly before: ShardState | undefined
      readonly change: PassWrite
      readonly outcome: PassOutcome
    }
  | {
      readonly op: 'start'
      readonly shard: string
      readonly before: ShardState | undefined
      readonly claim: Holder
      readonly attempt: Attempt
      readonly outcome: StartOutcome
    }
  | { readonly op: 'remember'; readonly shard: string; readonly bucket: string }
  | {
      readonly op: 'release'
      readonly shard: string
      readonly before: ShardState | undefined
      readonly holder: Released
      readonly outcome: ReleaseOutcome
    }
  | {
      readonly op: 'override'
      readonly shard: string
      readonly limits: LimitOverride | undefined
      readonly byHand: boolean
    }
  | { readonly op: 'isReplaced' }
  | { readonly op: 'readSettings'; readonly settings: QueueSettings }
  /** Somebody pauses a queue, or resumes it: what is said of it then. */
  | {
      readonly op: 'savePause'
      readonly queue: string
      readonly was: QueuePause | undefined
      readonly is: QueuePause | undefined
    }
  /** Somebody sets limits of all partitions of a queue, or wakes what waits there: what is said of them then. */
  | {
      readonly op: 'saveLimits'
      readonly queue: string
      readonly was: QueueLimits | undefined
      readonly is: QueueLimits | undefined
    }
  | { readonly op: 'deployment'; readonly record: DeploymentRecord }
  | { readonly op: 'due'; readonly found: number }
  | { readonly op: 'scan' }
  | { readonly op: 'putPayload' | 'getPayload' }
  /** The item of a schedule is another from now on, or gone. */
  | {
      readonly op: 'schedule'
      readonly key: string
      readonly was: RawSchedule | undefined
      readonly is: RawSchedule | undefined
    }
  /** Somebody has put an item without a version, whatever stood there. */
  | { readonly op: 'scheduleByHand'; readonly item: RawSchedule; readonly isGood: boolean }
  /** Other partitions of schedules are fired from now on; absent: those of the configuration. */
  | { readonly op: 'enabledPartitions'; readonly is: EnabledPartitions | undefined }
  | { readonly op: 'other'; readonly name: string }
  | { readonly op: 'sendWork'; readonly messages: readonly WorkMessage[] }
  | { readonly op: 'sendWake'; readonly messages: readonly DispatchMessage[] }

export type WorldEvent =
  | { readonly kind: 'effect'; readonly by: Invocation; readonly effect: Effect }
  | { readonly kind: 'fault'; readonly by: Invocation; readonly fault: string; readonly op: string }
  | { readonly kind: 'begun'; readonly by: Invocation }
  /** The function is over: its handlers too, wherever they were. */
  | { readonly kind: 'over'; readonly by: Invocation; readonly how: string }
  | {
      readonly kind: 'attemptStarted'
      readonly by: Invocation
      /** What the handler was given. */
      readonly item: RawItem
      readonly pk: string
      readonly sk: string
      readonly attempt: number
      /** Which call of a handler it is part of: a batch is one. */
      readonly call: number
      /** How many jobs the call has. */
      readonly jobs: number
    }
  | {
      readonly kind: 'attemptEnded'
      readonly by: Invocation
      readonly pk: string
      readonly sk: string
      readonly how: AttemptEnd
    }
  | { readonly kind: 'delivered'; readonly queue: string; readonly body: string; readonly count: number }
  /** A dispatcher has seen to these records of the stream. */
  | { readonly kind: 'arrived'; readonly by: Invocation; readonly items: readonly RawItem[] }
  /** A client's call returned without an error. */
  | { readonly kind: 'accepted'; readonly keys: readonly RawKey[] }
  /** Somebody begins to set the rate of the app, or has been told that it is set: so many slots it gives a partition. */
  | { readonly kind: 'appRate'; readonly concurrency: number; readonly isHeard: boolean }
  /** A client begins, with the limits of a version. */
  | { readonly kind: 'asks'; readonly by: Invocation; readonly version: number }
  /** What a client was told that gave a key with its job: which job is there. */
  | {
      readonly kind: 'told'
      readonly by: Invocation
      readonly asked: Asked
      readonly how: 'put' | 'existing' | 'replaced'
      readonly job: RawKey
    }
  /** A client was told that there is no room. `place`: the key of the number, by the documentation. */
  | { readonly kind: 'full'; readonly by: Invocation; readonly place: string; readonly max: number }
  /** Somebody's call about a schedule has returned without an error. */
  | {
      readonly kind: 'scheduleTold'
      readonly by: Invocation
      readonly key: string
      readonly what: ScheduleVerb
    }
  /** And here with one: nothing was done. */
  | { readonly kind: 'scheduleRefused'; readonly by: Invocation; readonly why: string }
  /** Nothing has failed for so long that all schedules go on as they should. Then they are removed. */
  | { readonly kind: 'schedulesSettled' }
  /** Everything has ended, and nothing has been counted anew since the last change by hand. */
  | { readonly kind: 'quiet' }
  /** An idle item of the State table has outlived its time. */
  | { readonly kind: 'expired'; readonly state: ShardState }
  /** Somebody's call that sets the limits of a partition has returned without an error. */
  | { readonly kind: 'limitsSet'; readonly shard: string; readonly by: Invocation }
  /** Somebody's call that pauses a total or a pool, or slows it down, has returned without an error; it is lifted, or about to be. */
  | { readonly kind: 'limiterHeld'; readonly name: string; readonly until: number }
  /** Somebody's call has returned that sets less for it than is configured. */
  | { readonly kind: 'limiterSet'; readonly name: string; readonly limits: LimitOverride }
  | { readonly kind: 'limiterLifted'; readonly name: string; readonly what: LimiterActPlan['what'] }
  /** The call that lifts it has returned without an error. */
  | { readonly kind: 'limiterTold'; readonly name: string; readonly by: Invocation }
  /** Somebody's call that pauses a whole queue has returned without an error. */
  | { readonly kind: 'queuePaused'; readonly queue: string }
  /** Somebody's call that sets the limits of all partitions of a queue has returned without an error. */
  | { readonly kind: 'queueLimitsSet'; readonly queue: string }
  /** An event asks for what this function does not know; it comes again. */
  | { readonly kind: 'leftToNewer' }
  /** The account had no room for the function. */
  | { readonly kind: 'throttled'; readonly fn: FunctionName }
  /** Lambda takes a long chain for a loop and does not invoke the function. */
  | { readonly kind: 'loopRefused'; readonly queue: string; readonly body: string }
  /** The stream has given up on a record. */
  | { readonly kind: 'recordDropped'; readonly item: RawItem }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'surprise'; readonly text: string }

export type Listener = (event: WorldEvent) => void
