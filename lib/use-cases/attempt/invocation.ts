/** The invocation of the worker's Lambda function, and what runs in it. */

import type { TaskOutcome } from '../../core/job/ending.ts'
import type { Job } from '../../core/job/job.ts'
import type { ShardKey } from '../../core/keys.ts'
import type { Holder } from '../../core/pass/decide.ts'
import { CLOCK_SKEW_MS, FINISHING_MS } from '../../core/times.ts'
import type { GrantedStart } from '../../ports/queues.ts'
import type { Context } from '../context.ts'

export interface Invocation {
  /** Until Lambda stops the invocation, whatever it does. */
  remaining_ms(): number
  /** The message has been delivered before. */
  readonly redelivered: boolean
  /** When it was sent. Epoch ms; absent if nobody knows. */
  readonly sentAt?: number
  /** Its process handles other messages meanwhile. */
  readonly shared?: true
}

/** Instead of what a handler comes to: the payload can never be had, or not at the moment. */
export type PayloadProblem = Extract<TaskOutcome, { kind: 'refused' | 'unknown' }>

/** A job that an attempt is for. */
export interface Member {
  readonly job: Job
  /** Its payload cannot be had: its handler is not called. */
  readonly problem?: PayloadProblem
}

export interface Running extends Holder {
  readonly shard: ShardKey
  /** One, or those of a batch. None if all were taken away while the message was on the way, or cannot run here. */
  readonly jobs: readonly Member[]
  /** Other jobs of the slot do not run here, and stay where they are. */
  readonly leaves?: true
  /** Whether others waited for a slot when this one was taken. */
  readonly othersWait: boolean
  /** The start of the rates that its queue shares. */
  readonly granted?: GrantedStart
}

/** Lambda ends the invocation before this time, so no attempt outlives its slot and no heartbeat is needed. */
export const deadlineOf = ({ clock }: Pick<Context, 'clock'>, invocation: Invocation): number =>
  clock.now() + Math.ceil(invocation.remaining_ms()) + CLOCK_SKEW_MS

/** Whether a handler that begins now has its whole time before Lambda stops the invocation. */
export const hasTimeFor = (job: Job, invocation: Pick<Invocation, 'remaining_ms'>): boolean =>
  timeBefore(job, invocation) >= 0

/** How long a handler may wait before it begins and still have its whole time. */
export const timeBefore = ({ queue }: Job, invocation: Pick<Invocation, 'remaining_ms'>): number =>
  invocation.remaining_ms() - queue.timeout_ms - FINISHING_MS
