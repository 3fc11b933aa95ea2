/**
 * How many jobs of a partition may run simultaneously, by the rate that an app's API allows: half of what it takes, and one
 * at the least. The only place that computes it. A floor is no part of it: that is applied where the number is kept.
 */
import * as z from 'zod'
import { toConfigurationError } from '../text/issues.ts'

const positive = (most: number) => z.number().positive('it has to be more than 0').max(most)

/** So large numbers that nobody needs larger ones, and so small that the division is exact. */
const LARGEST_RATE = 1e12
const LONGEST_FREQUENCY_S = 366 * 86_400

/** `rate` calls in every `frequency_s` seconds. */
export const appRateSchema = z.strictObject({
  rate: positive(LARGEST_RATE),
  frequency_s: positive(LONGEST_FREQUENCY_S),
})
export type AppRate = z.infer<typeof appRateSchema>

const appSchema = z.looseObject({ rateLimit: z.looseObject(appRateSchema.shape) })

/**
 * `max(1, floor(rate / (2 × frequency_s)))`.
 * @example maxConcurrentPerPartition({ rate: 300000, frequency_s: 86400 }) // 1
 * @throws ConfigurationError that names what makes no sense
 */
export function maxConcurrentPerPartition(given: AppRate): number {
  const parsed = appRateSchema.safeParse(given)
  if (!parsed.success) throw toConfigurationError(parsed.error, 'rate')
  const { rate, frequency_s } = parsed.data
  return Math.max(1, Math.floor(rate / (2 * frequency_s)))
}

/**
 * The same, by an app's schema, whatever else stands in that.
 * @example maxConcurrentFromAppSchema({ name: 'hubspot', rateLimit: { rate: 300000, frequency_s: 86400 } }) // 1
 * @throws ConfigurationError with the path of what is missing or makes no sense
 */
export function maxConcurrentFromAppSchema(schema: unknown): number {
  const parsed = appSchema.safeParse(schema)
  if (!parsed.success) throw toConfigurationError(parsed.error, 'schema')
  const { rate, frequency_s } = parsed.data.rateLimit
  return maxConcurrentPerPartition({ rate, frequency_s })
}
