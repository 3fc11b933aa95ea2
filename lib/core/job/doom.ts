/** What keeps a job from starting at all: it has waited for too long, or somebody has cancelled it. */
import * as z from 'zod'
import { isValidInstant } from '../text/instant.ts'
import type { Parsed } from '../text/parsed.ts'
import { parsed, refused } from '../text/parsed.ts'

/** The mark on a job that somebody has cancelled. It is never taken off, and no attempt follows. */
export const cancellationSchema = z.strictObject({
  by: z.string().min(1).max(256),
  reason: z.string().min(1).max(1024).optional(),
  /** Epoch ms. */
  at: z.int().min(0),
})
export interface Cancellation {
  readonly by: string
  readonly reason?: string | undefined
  readonly at: number
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const RULE = 'is not a time between 1970 and 9999, as epoch ms or ISO 8601 with its zone'

/** Epoch ms. Text needs its zone: what it means must not depend on who reads it. */
function instantOf(given: unknown): Parsed<number> {
  const isText = typeof given === 'string' && ISO_INSTANT.test(given)
  const time = isText ? Date.parse(given) : given
  return typeof time === 'number' && isValidInstant(time) ? parsed(time) : refused(RULE)
}

/** The time after which a job does not start any more, as anybody writes it into an item. */
export const startBeforeSchema = z.unknown().transform((given, context): number => {
  const time = instantOf(given)
  if (time.ok) return time.value
  context.addIssue({ code: 'custom', message: time.reason })
  return z.NEVER
})

/** The dead letters: it was not started in time. */
export interface Expired {
  readonly kind: 'dead'
  readonly reason: 'expired'
  readonly error: string
}
/** The dead letters: somebody has cancelled it, and the error says who, and why. */
export interface Cancelled {
  readonly kind: 'dead'
  readonly reason: 'cancelled'
  readonly error: string
}
export type Doom = Expired | Cancelled

/** @param also what its last attempt came to */
export function cancelled({ by, reason }: Cancellation, also?: string): Cancelled {
  const why = reason === undefined ? '' : `: ${reason}`
  const last = also === undefined ? '' : ` (its last attempt: ${also})`
  return { kind: 'dead', reason: 'cancelled', error: `cancelled by ${by}${why}${last}` }
}

interface Doomable {
  readonly cancellation?: Cancellation
  readonly startBefore?: number
  readonly attempt: number
}

/** After this time a job that waits has expired. One that has been tried before has started in time. */
export const lastStartOf = ({ startBefore, attempt }: Omit<Doomable, 'cancellation'>): number | undefined =>
  attempt > 1 ? undefined : startBefore

/** Why a job that does not run must not start now. */
export function doomOf({ cancellation, ...job }: Doomable, now: number): Doom | undefined {
  if (cancellation) return cancelled(cancellation)
  const startBefore = lastStartOf(job)
  if (startBefore === undefined || now <= startBefore) return undefined
  const error = `expired: not started before ${new Date(startBefore).toISOString()}`
  return { kind: 'dead', reason: 'expired', error }
}
