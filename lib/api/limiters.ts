/** Totals of queues and pools, seen and set while they are in use. */
import { InvalidJobError } from '../core/errors.ts'
import { NO_BOOKS } from '../core/limits/books.ts'
import { limitsInForce } from '../core/limits/in-force.ts'
import { lentOut, outstanding } from '../core/limits/limiter.ts'
import type { LimitOverride } from '../core/limits/limits.ts'
import { limiterKey, poolNamed, totalOf } from '../core/limits/queue-limiter.ts'
import { earliestStart, rateInForce, type SharedRate } from '../core/limits/shared-rate.ts'
import { startsInWindow } from '../core/limits/window.ts'
import type { Config } from '../core/queue/config.ts'
import type { SharedLimitsInput } from '../core/queue/shared-limits-input.ts'
import { emptyState, type ShardState } from '../core/shard/state.ts'
import { setLimiter } from '../use-cases/operate/set-limiter.ts'
import { type KnownLimiter, toLimiterOverride } from './limiter-input.ts'
import type { LimitsNote } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

/** The total of a queue, or a pool, by its name in the configuration. */
export type LimiterId = { readonly total: string } | { readonly pool: string }

/** What a total or a pool has, who uses it, and who waits for it. */
export interface LimiterInfo {
  /** `total|crm` or `pool|hubspot`. */
  readonly name: string
  /** How many units it has: as somebody has set it, or as configured. Absent for one with a rate alone. */
  readonly units?: number
  readonly configured?: number
  /** Its rate, if it has one. */
  readonly rate?: LimiterRate
  /** What somebody has set, with the note. */
  readonly override?: LimitOverride
  /** How many units are lent. After a limit was lowered it may be more than there are. */
  readonly lent: number
  /** The shards that have units, those with most first. */
  readonly holders: readonly { readonly shard: string; readonly units: number }[]
  /** The shards that wait for units, the one that has waited longest first. */
  readonly waiting: readonly string[]
}

/** Times are epoch ms. */
export interface LimiterRate {
  readonly allowed: number
  readonly period_ms: number
  /** Starts in the window that ends now, and those that are granted already: to jobs on their way, and to shards that wait. */
  readonly used: number
  /** When a shard that asks now gets its next start. Absent if it is paused. */
  readonly nextAt?: number
}

export interface Limiters {
  /**
   * How many units a total or a pool has, who has them and who waits. One read.
   * @example const { lent, units, waiting } = await client.limiter({ pool: 'hubspot' })
   * @throws InvalidJobError if no queue has such a total or pool
   */
  limiter(id: LimiterId): Promise<LimiterInfo>
  /** All totals and pools of the configuration, one read each. */
  limiters(): AsyncGenerator<LimiterInfo>
  /**
   * Changes how many units a total or a pool has, or its rate, without a deploy. When it returns, nothing more is admitted
   * above that; what runs already runs to its end, and what has been granted a start already may make it. 0 pauses all queues
   * that it covers, `null` goes back to what is configured; what is left out of an object stays as configured.
   * @example await client.setLimiter({ pool: 'hubspot' }, 2, { by: 'ann@example.com', reason: 'their incident' })
   * @example await client.setLimiter({ pool: 'hubspot' }, { rateLimit: { allowed: 10, period: '10s' } })
   * @throws InvalidJobError if no queue has such a total or pool, ConfigurationError if `units` makes no sense: both before
   *   anything is written
   */
  setLimiter(id: LimiterId, limits: number | SharedLimitsInput | null, note?: LimitsNote): Promise<void>
}

export const limitersOf = (wiring: Wiring): Limiters => ({
  limiter: (id) => infoOf(wiring, limiterOf(wiring.config, id)),
  limiters: () => allLimiters(wiring),
  setLimiter: async (id, limits, note) => {
    const limiter = limiterOf(wiring.config, id)
    const { store, clock } = wiring
    const override = toLimiterOverride(limiter, limits, note)
    await setLimiter({ store, wake: wiring.wake(), clock }, limiter.name, override)
  },
})

function configuredIn({ queues }: Config): Map<string, KnownLimiter> {
  const known = new Map<string, KnownLimiter>()
  for (const { limiters, rates } of Object.values(queues)) {
    for (const units of limiters) known.set(units.name, { ...known.get(units.name), name: units.name, units })
    for (const rate of rates) known.set(rate.name, { ...known.get(rate.name), name: rate.name, rate })
  }
  return known
}

function limiterOf(config: Config, id: LimiterId): KnownLimiter {
  const known = configuredIn(config)
  const name = 'total' in id ? totalOf(id.total) : poolNamed(id.pool)
  const limiter = known.get(name)
  if (limiter) return limiter
  const names = [...known.keys()].join(', ')
  throw new InvalidJobError(
    `no queue is covered by ${name}; ${names ? `there are ${names}` : 'there are none'}`,
  )
}

async function* allLimiters(wiring: Wiring): AsyncGenerator<LimiterInfo> {
  for (const limiter of configuredIn(wiring.config).values()) yield infoOf(wiring, limiter)
}

async function infoOf({ store, clock }: Wiring, { name, units, rate }: KnownLimiter): Promise<LimiterInfo> {
  const state = (await store.states.read(limiterKey(name))) ?? emptyState(limiterKey(name))
  const { slots } = state.books ?? NO_BOOKS
  const configured = units?.concurrency
  const limits = limitsInForce(
    configured === undefined ? {} : { concurrency: configured },
    state,
    clock.now(),
  )
  const { concurrency } = limits
  return {
    name,
    ...(concurrency === undefined ? {} : { units: concurrency }),
    ...(configured === undefined ? {} : { configured }),
    ...(rate ? { rate: rateInfo(rate, state, clock.now()) } : {}),
    ...(state.override ? { override: state.override } : {}),
    lent: lentOut(slots),
    holders: Object.entries(slots.loans)
      .map(([shard, loan]) => ({ shard, units: outstanding(loan) }))
      .filter(({ units }) => units > 0)
      .toSorted((one, other) => other.units - one.units),
    waiting: Object.entries(slots.line)
      .toSorted(([, one], [, other]) => one - other)
      .map(([shard]) => shard),
  }
}

function rateInfo(configured: SharedRate, state: ShardState, now: number): LimiterRate {
  const rate = rateInForce(configured, state, now)
  const { window } = state
  const nextAt = earliestStart({ name: configured.name, rate, window, cost: 1 }, now)
  return {
    allowed: rate.allowed,
    period_ms: rate.period_ms,
    used: startsInWindow(window, rate, now),
    ...(Number.isFinite(nextAt) ? { nextAt } : {}),
  }
}
