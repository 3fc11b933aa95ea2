/** The rates that grant a shard's starts, and the start that it waits for already. */
import type { Grant, GrantCounting, SharedStarts } from '../../core/limits/grant.ts'
import type { Limits, RateLimit } from '../../core/limits/limits.ts'
import { isAhead, type SharedRate } from '../../core/limits/shared-rate.ts'
import { bucketWidth, rememberedFor } from '../../core/limits/window.ts'
import { ratesOverKey } from '../../core/queue/covering.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'

/** What the partition grants itself, if it does. */
export type OwnRate = Pick<Limits, 'costRate'>

export const ratesOf = (
  { config }: Pick<Context, 'config'>,
  { shard }: Pick<ShardState, 'shard'>,
  { costRate }: OwnRate,
): readonly SharedRate[] => ratesOverKey(config, shard, costRate)

interface Own extends OwnRate {
  /** What earlier rounds of the visit were granted. */
  readonly granted?: readonly Grant[] | undefined
}

/**
 * Whoever waits for a start has nothing to ask before that; unless a job has come before that one, which costs something else, or
 * the visit itself has been granted one, which a job may use now.
 * @param costs what its next jobs say that they cost
 */
export function awaitedStart(
  { config, clock }: Pick<Context, 'config' | 'clock'>,
  state: ShardState,
  own: Own,
  costs: readonly (number | undefined)[],
): SharedStarts | undefined {
  const { granted } = state
  if (own.granted && own.granted.length > 0) return undefined
  const rates = ratesOf({ config }, state, own)
  const [first] = rates
  if (!first || !granted || !isAhead(granted, clock.now())) return undefined
  if (Object.keys(granted.keys).length !== rates.length) return undefined
  if (costs.length > 0 && costs[0] !== granted.cost) return undefined
  const { name, rateLimit } = first
  const { allowed, period_ms } = rateLimit
  const [, units = 1] = granted.keys[name] ?? []
  const wait = {
    limiter: name,
    allowed,
    period_ms,
    nextAt: granted.at,
    ...(units === 1 ? {} : { cost: units }),
  }
  return {
    grants: [],
    ahead: granted,
    wait,
    counting: countingOf(
      rates.map((rate) => rate.rateLimit),
      rates,
    ),
  }
}

export function countingOf(inForce: readonly RateLimit[], rates: readonly SharedRate[]): GrantCounting {
  return {
    late_ms: Math.min(...inForce.map(({ margin_ms }) => Math.max(1, margin_ms / 2))),
    kept_ms: Math.min(...inForce.map(rememberedFor)),
    buckets_ms: Object.fromEntries(rates.map(({ name }, index) => [name, bucketWidth(inForce[index])])),
  }
}
