/** What a total, a pool or a tag is to allow, as operators write it, turned into an override as it is kept. */
import * as z from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import { DIVIDED_ABOVE } from '../core/limits/chunk-name.ts'
import { toRate } from '../core/limits/input.ts'
import type { LimitOverride } from '../core/limits/limits.ts'
import { totalOf } from '../core/limits/queue-limiter.ts'
import type { Config } from '../core/queue/config.ts'
import { guaranteedSchema, toGuaranteed } from '../core/queue/guaranteed-input.ts'
import type { KnownLimiter } from '../core/queue/pools.ts'
import {
  MOST_UNITS,
  type SharedLimits,
  type SharedLimitsInput,
  sharedLimitsSchema,
} from '../core/queue/shared-limits-input.ts'
import { toConfigurationError } from '../core/text/issues.ts'
import { type LimitsNote, toNote } from './limits-input.ts'

/** What is left out stays as configured. */
export type LimiterLimits = SharedLimitsInput & {
  /** Of a total: what partitions are guaranteed of it, in place of all that is configured. */
  readonly guaranteed?: Readonly<Record<string, number>>
}

/**
 * @param limits a number of units, any of the limits by name, or `null` for what is configured
 * @throws ConfigurationError if that makes no sense, if the limiter is not configured with such a limit, or if some queue's
 *   jobs could never run
 */
export function toLimiterOverride(
  config: Config,
  known: KnownLimiter,
  limits: number | LimiterLimits | null,
  note: LimitsNote = {},
): LimitOverride | undefined {
  const said = toNote(note)
  if (limits === null) return undefined
  const { guaranteed, ...shared } = typeof limits === 'number' ? { concurrency: limits } : { ...limits }
  const isAlone = guaranteed !== undefined && Object.keys(shared).length === 0
  const { concurrency, rateLimit } = isAlone
    ? {}
    : toShared(shared, typeof limits === 'number' ? 'units' : 'limits')
  if (concurrency !== undefined && concurrency > 0) checkUnits(known, concurrency)
  if (rateLimit) checkRate(known, rateLimit.allowed)
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rateLimit ? { rateLimit: toRate(rateLimit) } : {}),
    ...(guaranteed === undefined ? {} : { guaranteed: guaranteedOf(config, known, guaranteed, concurrency) }),
    ...said,
  }
}

function toShared(limits: unknown, path: string): SharedLimits {
  const checked = sharedLimitsSchema.safeParse(limits)
  if (!checked.success) throw toConfigurationError(checked.error, path)
  return checked.data
}

const inputSchema = z.object({ guaranteed: guaranteedSchema })

/** The same rules as for what is configured, within the total that will be in force. */
function guaranteedOf(
  { queues }: Config,
  { name, units }: KnownLimiter,
  given: unknown,
  concurrency: number | undefined,
): NonNullable<LimitOverride['guaranteed']> {
  const checked = inputSchema.safeParse({ guaranteed: given })
  if (!checked.success) throw toConfigurationError(checked.error, 'guaranteed')
  const queue = Object.values(queues).find((queue) => name === totalOf(queue.name))
  if (!queue || !units)
    throw new ConfigurationError(
      'guaranteed',
      `it is a part of a queue's total, and ${name} is none with units`,
    )
  if (units.isDivided)
    throw new ConfigurationError(
      'guaranteed',
      `${name} lies in chunks, since it was configured with more than ${DIVIDED_ABOVE} units and guarantees nothing: configure it with a guarantee`,
    )
  return toGuaranteed(
    'guaranteed',
    { ...queue, total: concurrency ?? units.concurrency },
    checked.data.guaranteed,
  )
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
  if (allowed > 0 && (rate.cost ?? 1) > allowed)
    throw new ConfigurationError(
      'rateLimit',
      `a job counts as ${rate.cost} starts of ${name} and could never run: 0 pauses`,
    )
  const dear = Object.entries(rate.costs).find(([, cost]) => allowed > 0 && cost > allowed)
  if (dear)
    throw new ConfigurationError(
      'rateLimit',
      `a job of queue "${dear[0]}" counts as ${dear[1]} starts of ${name} and could never run: 0 pauses`,
    )
}
