/** What a total or a pool allows, as people write it, in the configuration and at run time. */
import * as z from 'zod'
import { limitFields } from '../limits/input.ts'

/** A limiter's item has a line for each shard that borrows: with more of them each write of it would be slow and dear. */
export const MOST_UNITS = 1000

const WITHOUT = 'leave it out for no limit'
const shared = (least: string) =>
  z
    .int()
    .min(0, `${least}; ${WITHOUT}`)
    .max(MOST_UNITS, `a limit that several partitions share is at most ${MOST_UNITS}; ${WITHOUT}`)

export const unitsSchema = shared('a limit is 0 (paused) or more')

/** May be far larger than that, for jobs may cost much. Of each start that is to come, or has just come, the item has a line. */
const rateSchema = limitFields(WITHOUT).rateLimit.unwrap()

/** A number of units, a rate, or both. */
export const sharedLimitsSchema = z
  .strictObject({ concurrency: unitsSchema.optional(), rateLimit: rateSchema.optional() })
  .refine(({ concurrency, rateLimit }) => concurrency !== undefined || rateLimit !== undefined, {
    path: ['concurrency'],
    message: 'it limits nothing: give concurrency, rateLimit or both',
  })

export type SharedLimits = z.output<typeof sharedLimitsSchema>
export type SharedLimitsInput = z.input<typeof sharedLimitsSchema>
