/** What a total, a pool or a tag allows, as people write it, in the configuration and at run time. */
import * as z from 'zod'
import { limitFields } from '../limits/input.ts'

/** A limiter's item has a line for each shard that borrows: with more of them each write of it would be slow and dear. */
export const MOST_UNITS = 1000
/** Of what lies in chunks: totals, and limits of tags. */
export const MOST_DIVIDED_UNITS = 5000

const WITHOUT = 'leave it out for no limit'
const shared = (most: number) =>
  z
    .int()
    .min(0, `a limit is 0 (paused) or more; ${WITHOUT}`)
    .max(most, `a limit that several partitions share is at most ${most}; ${WITHOUT}`)

export const unitsSchema = shared(MOST_DIVIDED_UNITS)

/** May be far larger than that, for jobs may cost much. Of each start that is to come, or has just come, the item has a line. */
const rateSchema = limitFields(WITHOUT).rateLimit.unwrap()

/** A number of units, a rate, or both. */
export const sharedFields = { concurrency: unitsSchema.optional(), rateLimit: rateSchema.optional() }

export const limitsSomething = (limits: { readonly concurrency?: unknown; readonly rateLimit?: unknown }) =>
  limits.concurrency !== undefined || limits.rateLimit !== undefined
export const LIMITS_NOTHING = {
  path: ['concurrency'],
  message: 'it limits nothing: give concurrency, rateLimit or both',
}

/** Whether the rate of a pool or a tag counts what jobs say that they cost, or how many start. */
export const costsField = { costs: z.boolean().optional() }
export const COSTS_BY_DEFAULT = true

export const countsSomething = (limits: { readonly costs?: unknown; readonly rateLimit?: unknown }) =>
  limits.rateLimit !== undefined || limits.costs === undefined
export const COUNTS_NOTHING = {
  path: ['costs'],
  message: 'without a rate nothing is counted: leave costs out or give rateLimit',
}

export const sharedLimitsSchema = z.strictObject(sharedFields).refine(limitsSomething, LIMITS_NOTHING)
/** A pool lies in one item. */
export const poolLimitsSchema = z
  .strictObject({ ...sharedFields, ...costsField, concurrency: shared(MOST_UNITS).optional() })
  .refine(limitsSomething, LIMITS_NOTHING)
  .refine(countsSomething, COUNTS_NOTHING)

export type SharedLimits = z.output<typeof sharedLimitsSchema>
/** With what its rate counts. */
export type CountedLimits = z.output<typeof poolLimitsSchema>
export type PoolLimitsInput = z.input<typeof poolLimitsSchema>
export type SharedLimitsInput = z.input<typeof sharedLimitsSchema>
