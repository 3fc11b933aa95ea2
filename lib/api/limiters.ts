/** Totals of queues, pools and limits of tags, seen and set while they are in use. */
import { InvalidJobError } from '../core/errors.ts'
import { NO_BOOKS } from '../core/limits/books.ts'
import { type Kept, keptForOthers, unfilledIn } from '../core/limits/guarantee.ts'
import { limitsInForce } from '../core/limits/in-force.ts'
import { type Limiter, lentOut, outstanding } from '../core/limits/limiter.ts'
import {
  type LimiterId,
  type LimiterName,
  limiterIdSchema,
  nameOf,
  tagNamed,
  tagValueNamed,
} from '../core/limits/limiter-name.ts'
import type { LimitOverride } from '../core/limits/limits.ts'
import { limiterKey, type QueueLimiter } from '../core/limits/queue-limiter.ts'
import type { SlowDown } from '../core/limits/slow-down.ts'
import type { Config } from '../core/queue/config.ts'
import { limiterNamed, limitersOverKey } from '../core/queue/covering.ts'
import { clip } from '../core/text/clip.ts'
import { setLimiter } from '../use-cases/operate/set-limiter.ts'
import { type LimitsNote, toUnits } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

export type { LimiterId }

/** What a limiter has, who uses it, and who waits for it. */
export interface LimiterInfo {
  /** `total|crm`, `pool|hubspot`, `tag|model`, `tag|model=gpt-5` or `each|user=ann`. */
  readonly name: string
  /** How many units it has: as somebody has set it, or as configured. */
  readonly units: number
  readonly configured: number
  /** What somebody has set, with the note; a pause is part of it. */
  readonly override?: LimitOverride
  /** Nothing that needs it starts before a time. */
  readonly slowedDown?: SlowDown
  /** How many units are lent. After a limit was lowered it may be more than there are. */
  readonly lent: number
  /** What partitions have still to get of what is guaranteed to them: nobody else gets so many of the units that are free. */
  readonly kept?: Kept
  /** The shards that have units, those with most first. */
  readonly holders: readonly { readonly shard: string; readonly units: number }[]
  /** The shards that wait for units, the one that has waited longest first. */
  readonly waiting: readonly string[]
}

export interface Limiters {
  /**
   * How many units a total, a pool or a tag has, who has them and who waits. One read.
   * @example const { lent, units, waiting } = await client.limiter({ pool: 'hubspot' })
   * @throws InvalidJobError if the configuration has no such limit
   */
  limiter(id: LimiterId): Promise<LimiterInfo>
  /**
   * All totals, pools and tags of the configuration, one read each. Of a tag that has a limit for each value those that are or
   * were in use within a week: for that the State table is scanned.
   */
  limiters(): AsyncGenerator<LimiterInfo>
  /**
   * Changes how many units a total, a pool or a tag has, without a deploy. When it returns, nothing more is admitted above that;
   * what runs already runs to its end. 0 pauses all that it covers, `null` goes back to what is configured.
   * @example await client.setLimiter({ pool: 'hubspot' }, 2, { by: 'ann@example.com', reason: 'their incident' })
   * @throws InvalidJobError if the configuration has no such limit, ConfigurationError if `units` makes no sense: both before
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

/** But for those of single values, of which there may be any number. */
const configuredIn = ({ queues, pools, tags }: Config): Map<string, QueueLimiter> => {
  const ofQueues = Object.values(queues).flatMap(({ limiters }) => limiters)
  const ofTags = tags.flatMap(({ key, value, each, concurrency }): QueueLimiter[] => {
    const name = value === undefined ? tagNamed(key) : tagValueNamed(key, value)
    return each ? [] : [{ name, concurrency, weights: {} }]
  })
  const all = [...ofQueues, ...Object.values(pools), ...ofTags]
  return new Map(all.map((limiter) => [limiter.name, limiter]))
}

export function limiterOf(config: Config, id: LimiterId): QueueLimiter {
  const known = configuredIn(config)
  const named = limiterIdSchema.safeParse(id)
  if (!named.success)
    throw new InvalidJobError(
      "a limiter is named by { total: 'queue' }, by { pool: 'name' } or by { tag: 'key' }, and there value or each",
    )
  const name = nameOf(id)
  const limiter = known.get(name) ?? limiterNamed(config, name)
  if (limiter) return limiter
  const names = [...known.keys(), ...config.tags.flatMap(({ key, each }) => (each ? [`each|${key}=…`] : []))]
  throw new InvalidJobError(
    `nothing is covered by ${clip(name)}; ${names.length > 0 ? `there are ${names.join(', ')}` : 'there are none'}`,
  )
}

async function* allLimiters(wiring: Wiring): AsyncGenerator<LimiterInfo> {
  for (const limiter of configuredIn(wiring.config).values()) yield infoOf(wiring, limiter)
  if (!wiring.config.tags.some(({ each }) => each)) return
  const seen = new Set<LimiterName>()
  let cursor: string | undefined
  do {
    const page = await wiring.store.states.scan(cursor === undefined ? {} : { cursor })
    for (const limiter of page.states.flatMap(({ shard }) => limitersOverKey(wiring.config, shard))) {
      if (!limiter.name.startsWith('each|') || seen.has(limiter.name)) continue
      seen.add(limiter.name)
      yield infoOf(wiring, limiter)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
}

async function infoOf({ store, clock }: Wiring, limiter: QueueLimiter): Promise<LimiterInfo> {
  const { name, concurrency } = limiter
  const state = await store.states.read(limiterKey(name))
  const { slots } = state?.books ?? NO_BOOKS
  const limits = limitsInForce({ concurrency }, state ?? {}, clock.now())
  return {
    name,
    units: limits.concurrency ?? concurrency,
    configured: concurrency,
    ...(state?.override ? { override: state.override } : {}),
    ...(state?.slowed && state.slowed.until > clock.now() ? { slowedDown: state.slowed } : {}),
    lent: lentOut(slots),
    ...keptBy(limiter, limits.concurrency ?? concurrency, slots),
    holders: Object.entries(slots.loans)
      .map(([shard, loan]) => ({ shard, units: outstanding(loan) }))
      .filter(({ units }) => units > 0)
      .toSorted((one, other) => other.units - one.units),
    waiting: Object.entries(slots.line)
      .toSorted(([, one], [, other]) => one - other)
      .map(([shard]) => shard),
  }
}

const keptBy = (
  { guaranteed: units, concurrency: total }: QueueLimiter,
  cap: number,
  slots: Limiter,
): { readonly kept?: Kept } =>
  units ? { kept: keptForOthers(unfilledIn({ units, total }, cap, slots), undefined) } : {}
