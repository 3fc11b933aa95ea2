/** What a total or a pool is to allow, as operators write it, turned into an override as it is kept. */
import { ConfigurationError } from '../core/errors.ts'
import { toRate } from '../core/limits/input.ts'
import type { LimitOverride } from '../core/limits/limits.ts'
import type { KnownLimiter } from '../core/queue/pools.ts'
import { MOST_UNITS, type SharedLimitsInput, sharedLimitsSchema } from '../core/queue/shared-limits-input.ts'
import { toConfigurationError } from '../core/text/issues.ts'
import { type LimitsNote, toNote } from './limits-input.ts'

/**
 * @param limits a number of units, a number and a rate, or `null` for what is configured
 * @throws ConfigurationError if that makes no sense, if the limiter is not configured with such a limit, or if some queue's
 *   jobs could never run
 */
export function toLimiterOverride(
  known: KnownLimiter,
  limits: number | SharedLimitsInput | null,
  note: LimitsNote = {},
): LimitOverride | undefined {
  if (limits === null) return undefined
  const given = typeof limits === 'number' ? { concurrency: limits } : limits
  const checked = sharedLimitsSchema.safeParse(given)
  if (!checked.success)
    throw toConfigurationError(checked.error, typeof limits === 'number' ? 'units' : 'limits')
  const { concurrency, rateLimit } = checked.data
  if (concurrency !== undefined && concurrency > 0) checkUnits(known, concurrency)
  if (rateLimit) checkRate(known, rateLimit.allowed)
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rateLimit ? { rateLimit: toRate(rateLimit) } : {}),
    ...toNote(note),
  }
}

function checkUnits({ name, units }: KnownLimiter, concurrency: number): void {
  if (!units)
    throw new ConfigurationError(
      'units',
      `${name} is configured with a rate alone: set rateLimit, or 0 to pause`,
    )
  if (concurrency > MOST_UNITS && !units.isDivided)
    throw new ConfigurationError('units', `${name} lies in one item, so it has at most ${MOST_UNITS} units`)
  const heavy = Object.entries(units.weights).find(([, weight]) => weight > concurrency)
  if (heavy)
    throw new ConfigurationError(
      'units',
      `a job of queue "${heavy[0]}" takes ${heavy[1]} units of ${name} and could never run: 0 pauses`,
    )
}

function checkRate({ name, rate }: KnownLimiter, allowed: number): void {
  if (!rate)
    throw new ConfigurationError(
      'rateLimit',
      `${name} is configured without a rate: no queue counts starts there`,
    )
  const dear = Object.entries(rate.costs).find(([, cost]) => allowed > 0 && cost > allowed)
  if (dear)
    throw new ConfigurationError(
      'rateLimit',
      `a job of queue "${dear[0]}" counts as ${dear[1]} starts of ${name} and could never run: 0 pauses`,
    )
}
