/** Totals of queues and pools, seen and set while they are in use. */
import * as z from 'zod'
import { InvalidJobError } from '../core/errors.ts'
import { NO_BOOKS } from '../core/limits/books.ts'
import { limitsInForce } from '../core/limits/in-force.ts'
import { lentOut, outstanding } from '../core/limits/limiter.ts'
import type { LimitOverride } from '../core/limits/limits.ts'
import { limiterKey, poolNamed, type QueueLimiter, totalOf } from '../core/limits/queue-limiter.ts'
import type { Config } from '../core/queue/config.ts'
import { setLimiter } from '../use-cases/operate/set-limiter.ts'
import { type LimitsNote, toUnits } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

/** The total of a queue, or a pool, by its name in the configuration. */
export type LimiterId = { readonly total: string } | { readonly pool: string }

/** What a total or a pool has, who uses it, and who waits for it. */
export interface LimiterInfo {
  /** `total|crm` or `pool|hubspot`. */
  readonly name: string
  /** How many units it has: as somebody has set it, or as configured. */
  readonly units: number
  readonly configured: number
  /** What somebody has set, with the note. */
  readonly override?: LimitOverride
  /** How many units are lent. After a limit was lowered it may be more than there are. */
  readonly lent: number
  /** The shards that have units, those with most first. */
  readonly holders: readonly { readonly shard: string; readonly units: number }[]
  /** The shards that wait for units, the one that has waited longest first. */
  readonly waiting: readonly string[]
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
   * Changes how many units a total or a pool has, without a deploy. When it returns, nothing more is admitted above that;
   * what runs already runs to its end. 0 pauses all queues that it covers, `null` goes back to what is configured.
   * @example await client.setLimiter({ pool: 'hubspot' }, 2, { by: 'ann@example.com', reason: 'their incident' })
   * @throws InvalidJobError if no queue has such a total or pool, ConfigurationError if `units` makes no sense: both before
   *   anything is written
   */
  setLimiter(id: LimiterId, units: number | null, note?: LimitsNote): Promise<void>
}

export const limitersOf = (wiring: Wiring): Limiters => ({
  limiter: (id) => infoOf(wiring, limiterOf(wiring.config, id)),
  limiters: () => allLimiters(wiring),
  setLimiter: async (id, units, note) => {
    const limiter = limiterOf(wiring.config, id)
    const { store, clock } = wiring
    await setLimiter({ store, wake: wiring.wake(), clock }, limiter.name, toUnits(limiter, units, note))
  },
})

const configuredIn = ({ queues }: Config): Map<string, QueueLimiter> =>
  new Map(Object.values(queues).flatMap(({ limiters }) => limiters.map((limiter) => [limiter.name, limiter])))

const idSchema = z.union([z.strictObject({ total: z.string() }), z.strictObject({ pool: z.string() })])

function limiterOf(config: Config, id: LimiterId): QueueLimiter {
  const known = configuredIn(config)
  const named = idSchema.safeParse(id)
  if (!named.success)
    throw new InvalidJobError("a limiter is named by { total: 'queue' } or by { pool: 'name' }")
  const name = 'total' in named.data ? totalOf(named.data.total) : poolNamed(named.data.pool)
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

async function infoOf({ store, clock }: Wiring, { name, concurrency }: QueueLimiter): Promise<LimiterInfo> {
  const state = await store.states.read(limiterKey(name))
  const { slots } = state?.books ?? NO_BOOKS
  const limits = limitsInForce({ concurrency }, state ?? {}, clock.now())
  return {
    name,
    units: limits.concurrency ?? concurrency,
    configured: concurrency,
    ...(state?.override ? { override: state.override } : {}),
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
