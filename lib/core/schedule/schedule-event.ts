/** What can happen to a schedule, and to a partition of them. */
import type { TickSpan } from './after-ticks.ts'

export interface ScheduleEvents {
  /** Jobs of its ticks have been put, up to a minute and a half before they are due. */
  readonly 'schedule fired': { readonly schedule: string; readonly jobs: number }
  /** Ticks made no job: nobody has fired them in time, or the job of an earlier one was still there. */
  readonly 'ticks skipped': {
    readonly schedule: string
    readonly why: 'missed' | 'overlap'
    readonly skipped: TickSpan
  }
  /** The schedule has gone on, and nobody knows whether this tick has made its job: it is never made twice. */
  readonly 'tick not certain': { readonly schedule: string; readonly job: string; readonly error: unknown }
  /** It could not be fired. Others went on, and it is tried again. */
  readonly 'schedule not fired': { readonly schedule: string; readonly error: unknown }
  /** It makes no sense to this function: a newer one may know its queue. */
  readonly 'schedule left to newer': { readonly schedule: string; readonly reason: string }
  /** Somebody has put it by hand, and it can be none: it is a dead letter now. */
  readonly 'schedule refused': { readonly schedule: string; readonly reason: string }
  /** The configuration declares it, and it was not made or changed: what stands there, if anything, stays as it is. */
  readonly 'declared schedule refused': { readonly schedule: string; readonly reason: string }
  /** It makes no sense, and fires no more until somebody schedules it anew. */
  readonly 'schedule set aside': { readonly schedule: string; readonly reason: string }
  /** It makes no sense, and could not be set aside: it is met again each minute until somebody has mended or deleted it. */
  readonly 'schedule damaged': { readonly schedule: string; readonly problem: string }
  /** Somebody has damaged what is noted of all partitions. It is written anew: all of them are asked until sweeps find some empty. */
  readonly 'partitions damaged': { readonly problem: string }
  /** One of its jobs has ended, and what that means for it was not carried out: a tick or a sweep does it. */
  readonly 'schedule not looked at': { readonly schedule: string; readonly error: unknown }
  /** A sweep has found them: nobody has seen to them in time. The dispatcher does. */
  readonly 'schedules left behind': { readonly schedules: readonly string[] }
  /** What is due there could not be looked at. The message comes again, and its error is the invocation's. */
  readonly 'schedules not fired': { readonly fire: number | readonly string[]; readonly error: unknown }
  /** The messages of a tick, or of a visit that goes on. The next tick sends others. */
  readonly 'firings not sent': {
    readonly fires: readonly (number | readonly string[])[]
    readonly error: unknown
  }
}
