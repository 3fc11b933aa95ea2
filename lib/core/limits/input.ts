/** Limits as people write them, in the configuration and at run time. */
import * as z from 'zod'
import { durationBetween } from '../text/duration.ts'
import { LONGEST_HANDLER_MS } from '../times.ts'
import { LONGEST_MS, MOST_ALLOWED, type RateLimit, SHORTEST_PERIOD_MS } from './limits.ts'

/** Whoever counts in seconds elsewhere writes 60, and has to hear what that means here. */
const period = durationBetween(0, LONGEST_MS).refine(
  (period_ms) => period_ms >= SHORTEST_PERIOD_MS,
  `a period is ${SHORTEST_PERIOD_MS} ms or more; a number without a unit is ms: 60 seconds are '60s'`,
)

/** No call comes later than the handler that makes it may run. */
const margin = durationBetween(0, LONGEST_MS).refine(
  (margin_ms) => margin_ms <= LONGEST_HANDLER_MS,
  `a margin is the time from a job’s start to its call: ${LONGEST_HANDLER_MS / 60_000}m at most`,
)

/** @param without what to do instead of giving no sensible number */
export function limitFields(without: string) {
  const count = z
    .int()
    .min(0, `a limit is 0 (paused) or more; ${without}`)
    .max(MOST_ALLOWED, `a limit is at most ${MOST_ALLOWED}; ${without}`)
  const rateLimit = z.strictObject({
    allowed: count,
    period,
    margin: margin.optional(),
  })
  return { concurrency: count.optional(), rateLimit: rateLimit.optional() }
}

type RateLimitInput = NonNullable<z.output<ReturnType<typeof limitFields>['rateLimit']>>

/** The margin, if none is given, is the reader's to choose. */
export const toRate = ({
  allowed,
  period,
  margin,
}: RateLimitInput): Omit<RateLimit, 'margin_ms'> & Partial<Pick<RateLimit, 'margin_ms'>> => ({
  allowed,
  period_ms: period,
  ...(margin === undefined ? {} : { margin_ms: margin }),
})
