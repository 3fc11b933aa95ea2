/** Totals of queues, pools and limits of tags, seen and set while they are in use. */
import type { Kept } from '../core/limits/guarantee.ts'
import { guaranteeInForce, guaranteeSeen } from '../core/limits/guarantee-in-force.ts'
import { limitsInForce } from '../core/limits/in-force.ts'
import { lentOut, outstanding } from '../core/limits/limiter.ts'
import type { LimiterId, LimiterName } from '../core/limits/limiter-name.ts'
import type { LimitOverride } from '../core/limits/limits.ts'
import { priorityIn, turnIn } from '../core/limits/place.ts'
import { limiterKey } from '../core/limits/queue-limiter.ts'
import { earliestStart, rateInForce, type SharedRate } from '../core/limits/shared-rate.ts'
import type { SlowDown } from '../core/limits/slow-down.ts'
import { startsInWindow } from '../core/limits/window.ts'
import { knownInLane, valuesLimited } from '../core/queue/covering.ts'
import type { KnownLimiter } from '../core/queue/pools.ts'
import { emptyState, type ShardState } from '../core/shard/state.ts'
import { joinedBooks, readChunks } from '../use-cases/operate/limiter-parts.ts'
import { setLimiter } from '../use-cases/operate/set-limiter.ts'
import { configuredIn, limiterOf } from './known-limiters.ts'
import { type LimiterLimits, toLimiterOverride } from './limiter-input.ts'
import type { LimitsNote } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

export type { LimiterId, LimiterLimits }

/** What a limiter has, who uses it, and who waits for it. */
export interface LimiterInfo {
  /** `total|crm`, `pool|hubspot`, `tag|model`, `tag|model=gpt-5`, `each|user=ann` or `rate|crm:payload.region=eu`. */
  readonly name: string
  /** How many units it has: as somebody has set it, or as configured. Absent for one with a rate alone. */
  readonly units?: number
  readonly configured?: number
  /** Its rate, if it has one. */
  readonly rate?: LimiterRate
  /** What somebody has set, with the note; a pause is part of it. */
  readonly override?: LimitOverride
  /** Nothing that needs it starts before a time. */
  readonly slowedDown?: SlowDown
  /** How many units are lent. After a limit was lowered it may be more than there are. */
  readonly lent: number
  /** What partitions are guaranteed of a total, as somebody has set it, or as configured. */
  readonly guaranteed?: Kept
  /** What partitions have still to get of what is guaranteed to them: nobody else gets so many of the units that are free. */
  readonly kept?: Kept
  /** The shards that have units, those with most first. */
  readonly holders: readonly { readonly shard: string; readonly units: number }[]
  /** The shards that wait for units: those whose next job has the best priority first, and then those that have waited longest. */
  readonly waiting: readonly { readonly shard: string; readonly priority: number }[]
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

/** `Id`: by which limiters are named, those of the configuration. */
export interface Limiters<Id extends LimiterId = LimiterId> {
  /**
   * How many units a total, a pool or a tag has, who has them and who waits. One read, and one for each chunk of a large one.
   * @example const { lent, units, waiting } = await client.limiter({ pool: 'hubspot' })
   * @throws InvalidJobError if the configuration has no such limit
   */
  limiter(id: Id): Promise<LimiterInfo>
  /**
   * All totals, pools and tags of the configuration, read like that. Of a tag that has a limit for each value those that are or
   * were in use within a week: for that the State table is scanned.
   */
  limiters(): AsyncGenerator<LimiterInfo>
  /**
   * Changes how many units a total, a pool or a tag has, its rate, or what a total guarantees, without a deploy. When it returns,
   * nothing more is admitted above that; what runs already runs to its end, and what has been granted a start already may make
   * it. 0 pauses all that it covers, `null` goes back to what is configured; what is left out of an object stays as configured.
   * @example await client.setLimiter({ pool: 'hubspot' }, 2, { by: 'ann@example.com', reason: 'their incident' })
   * @example await client.setLimiter({ pool: 'hubspot' }, { rateLimit: { allowed: 10, period: '10s' } })
   * @example await client.setLimiter({ total: 'crm' }, { guaranteed: { acme: 10 } })   // in place of those that are configured
   * @throws InvalidJobError if the configuration has no such limit, ConfigurationError if `limits` makes no sense: both before
   *   anything is written
   */
  setLimiter(id: Id, limits: number | LimiterLimits | null, note?: LimitsNote): Promise<void>
}

export const limitersOf = (wiring: Wiring): Limiters => ({
  limiter: (id) => infoOf(wiring, limiterOf(wiring.config, id)),
  limiters: () => allLimiters(wiring),
  setLimiter: async (id, limits, note) => {
    const limiter = limiterOf(wiring.config, id)
    const { store, clock } = wiring
    const override = toLimiterOverride(wiring.config, limiter, limits, note)
    await setLimiter({ store, wake: wiring.wake(), clock }, limiter.name, override)
  },
})

async function* allLimiters(wiring: Wiring): AsyncGenerator<LimiterInfo> {
  for (const limiter of configuredIn(wiring.config).values()) yield infoOf(wiring, limiter)
  if (valuesLimited(wiring.config).length === 0) return
  const seen = new Set<LimiterName>()
  let cursor: string | undefined
  do {
    const page = await wiring.store.states.scan(cursor === undefined ? {} : { cursor })
    for (const limiter of page.states.flatMap(({ shard }) => knownInLane(wiring.config, shard))) {
      if (!/^(each|rate)\|/.test(limiter.name) || seen.has(limiter.name)) continue
      seen.add(limiter.name)
      yield infoOf(wiring, limiter)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
}

async function infoOf({ store, clock }: Wiring, { name, units, rate }: KnownLimiter): Promise<LimiterInfo> {
  const state = (await store.states.read(limiterKey(name))) ?? emptyState(limiterKey(name))
  const slots = joinedBooks([state, ...(await readChunks({ store }, state))])
  const now = clock.now()
  const configured = units?.concurrency
  const { concurrency = configured } = limitsInForce(
    configured === undefined ? {} : { concurrency: configured },
    state,
    now,
  )
  return {
    name,
    ...(concurrency === undefined ? {} : { units: concurrency }),
    ...(configured === undefined ? {} : { configured }),
    ...(rate ? { rate: rateInfo(rate, state, now) } : {}),
    ...(state.override ? { override: state.override } : {}),
    ...(state.slowed && state.slowed.until > now ? { slowedDown: state.slowed } : {}),
    lent: lentOut(slots),
    ...(units
      ? guaranteeSeen(guaranteeInForce(units, state.override), concurrency ?? units.concurrency, slots)
      : {}),
    holders: Object.entries(slots.loans)
      .map(([shard, loan]) => ({ shard, units: outstanding(loan) }))
      .filter(({ units }) => units > 0)
      .toSorted((one, other) => other.units - one.units),
    waiting: Object.entries(slots.line)
      .toSorted(([, one], [, other]) => priorityIn(one) - priorityIn(other) || turnIn(one) - turnIn(other))
      .map(([shard, place]) => ({ shard, priority: priorityIn(place) })),
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
