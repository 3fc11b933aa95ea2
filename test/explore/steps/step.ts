/** What can happen next. */
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { QueueName } from '../state/state.ts'

/** What becomes of a call. */
export type Failure =
  /** The handler throws. */
  | 'fails'
  /** Of a batch one job fails. */
  | 'firstFails'
  | 'lastFails'
export type Fate = 'done' | Failure | 'replyLost' | 'sentTwice' | 'refused'

/** What becomes of the process by that step. */
export type End =
  | 'goesOn'
  /** It dies, with all its requests. */
  | 'dies'
  /** It dies, and the service gets its requests nevertheless, some time. */
  | 'straggles'

export const isFailure = (fate: Fate): fate is Failure =>
  fate === 'fails' || fate === 'firstFails' || fate === 'lastFails'

export interface CallStep {
  readonly kind: 'call'
  readonly process: number
  readonly position: number
  readonly fate: Fate
  readonly end: End
}

export interface Deliver {
  readonly kind: 'deliver'
  readonly queue: QueueName
  readonly message: number
  /** `dies`: whoever gets it, before its first call. */
  readonly fate: 'taken' | 'copied' | 'lost' | 'dies'
}

export interface TimePasses {
  readonly kind: 'time'
  readonly to: number
  /** Somebody could have done something before that. */
  readonly isSlow: boolean
  /** Requests of invocations that are stopped by that arrive nevertheless. */
  readonly straggling: boolean
}

export type Step =
  | CallStep
  | Deliver
  | TimePasses
  | { readonly kind: 'stray'; readonly shard: ShardKey }
  | { readonly kind: 'request'; readonly request: number }
  | { readonly kind: 'sweep' }
