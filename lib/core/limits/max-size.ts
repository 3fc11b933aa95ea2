/**
 * A maximum that somebody has set at run time for the size of a queue, or of one of its partitions, in place of the configured one. It
 * stands in every part of the number, and one transaction writes all of them: so a put, which writes one part, sees whether the
 * maximum by which it has found room is still in force, and reads and writes nothing more for that.
 */
import * as z from 'zod'
import { describeIssues } from '../text/issues.ts'
import { NOTE_FIELDS } from './limits.ts'

export const MOST_JOBS = 10_000_000

export const maxField = z
  .int('is a whole number of jobs')
  .min(0, 'is 0 or more; 0 refuses every job')
  .max(MOST_JOBS, `is at most ${MOST_JOBS}`)

const maxSetSchema = z.strictObject({
  /** Of this change, and of no other: one that says the same later is another. */
  mark: z.string(),
  /** 0 refuses every job. Absent: somebody has gone back to the configured one. */
  max: maxField.optional(),
  ...NOTE_FIELDS,
  /** Epoch ms. */
  since: z.number().optional(),
})

export type MaxSet = z.infer<typeof maxSetSchema> & {
  /** Nobody can read what stands there, so nobody knows whether there is room. */
  readonly problem?: string
}

export function toMaxSet(value: unknown): MaxSet {
  const parsed = maxSetSchema.safeParse(value)
  return parsed.success ? parsed.data : { mark: '', problem: describeIssues(parsed.error) }
}

/** Every put reads all parts, so the note stands in the first alone. */
export function setInPart(set: MaxSet, part: number): MaxSet {
  const { mark, max } = set
  return part === 0 ? set : { mark, ...(max === undefined ? {} : { max }) }
}

export type MaxInForce =
  /** `set` if somebody has ever set one. */
  | { readonly kind: 'known'; readonly max: number; readonly set?: MaxSet }
  | { readonly kind: 'unknown'; readonly problem: string }

/**
 * Race: the parts are read while all of them are written. Nothing is put then, for a number of jobs that was read before the change says
 * nothing of those that came until it.
 * @param sets what stands in each of the parts
 */
export function maxInForce(configured: number, sets: readonly (MaxSet | undefined)[]): MaxInForce {
  const [set] = sets
  const problem = sets.find((one) => one?.problem !== undefined)?.problem
  if (problem !== undefined) return { kind: 'unknown', problem }
  if (sets.some((one) => one?.mark !== set?.mark))
    return { kind: 'unknown', problem: 'its parts do not say the same' }
  return { kind: 'known', max: set?.max ?? configured, ...(set ? { set } : {}) }
}
