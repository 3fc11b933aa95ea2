/** What one write of a firing comes to, and what is left to do for a schedule. */
import type { Schedule } from '../../core/schedule/schedule.ts'
import type { Context } from '../context.ts'
import type { Pace } from './pace.ts'

/** Whoever writes schedules may fire one: it needs no queue. */
export interface FiringContext extends Pick<Context, 'config' | 'store' | 'clock' | 'random' | 'events'> {
  /** Waits until one more schedule may be written. Absent: there are few. */
  readonly pace?: Pace
}

export type Step =
  /** The schedule has gone on, and this is what stands there. */
  | { readonly kind: 'gone on'; readonly schedule: Schedule; readonly isMore: boolean }
  /** Somebody else has written it: it has to be read again. */
  | { readonly kind: 'stale' }
  | Rest

export type Rest =
  /** Nothing is due any more, or somebody else does the rest. */
  | { readonly kind: 'over' }
  /** It has to be looked at again, at that time: epoch ms. */
  | { readonly kind: 'later'; readonly at: number }
  | Unfit

/** No job can be made of its ticks. */
export interface Unfit {
  readonly kind: 'unfit'
  readonly schedule: Schedule
  readonly reason: string
  /** A newer configuration may know its queue. */
  readonly isUnknown: boolean
}

export const OVER = { kind: 'over' } as const satisfies Rest
