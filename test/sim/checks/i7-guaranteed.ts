/**
 * I7: what a partition lacks of what is guaranteed to it is lent to nobody else. Judged by the books of the total, at each
 * loan, while one configuration decides; by what somebody has set at run time as soon as it stands there, for whoever lends has read it.
 * It stands there until he takes it back. That it is given to that partition soon is judged by `i7-progress.ts`.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { LimiterName } from '../../../lib/core/limits/limiter-name.ts'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { ShardState } from '../../../lib/core/shard/state.ts'
import type { Check } from './check.ts'
import { type Covering, coveringOf } from './i1-limiters.ts'
import { readShard } from './keys.ts'
import { longestPass } from './limits.ts'

/** What is guaranteed now, and of how many units: a limit that is lowered lowers all guarantees. */
export function asSet({ states }: Tables, name: string, covering: Covering): Covering {
  const { override } = states.get(`$limiter|${name}` as ShardKey) ?? {}
  if (!override || !name.startsWith('total|')) return covering
  const { queue } = readShard(name.slice('total|'.length))
  const set = Object.entries(override.guaranteed ?? {}).map(
    ([own, units]) => [`${queue}|${own}`, units] as const,
  )
  const guaranteed = override.guaranteed ? set : [...covering.guaranteed]
  const most = override.paused ? 0 : (override.concurrency ?? covering.units)
  const all = guaranteed.reduce((sum, [, units]) => sum + units, 0)
  const of = Math.max(all, override.guaranteed ? (override.concurrency ?? covering.units) : covering.units)
  const firsts = guaranteed.length + (all < of ? 1 : 0)
  const lowered = guaranteed.map(([own, units]) => [own, loweredTo(most, of, units, firsts)] as const)
  return { ...covering, units: most, guaranteed: new Map(lowered) }
}

/** The first unit of each, and the first of all others, stay; what is beyond these shrinks in proportion. */
function loweredTo(most: number, of: number, units: number, firsts: number): number {
  if (most >= of) return units
  return most < firsts ? 0 : 1 + Math.floor(((units - 1) * (most - firsts)) / (of - firsts))
}

/** How many slots a partition has, in all its shards. */
const slotsOf = ({ states }: Tables, partition: string): number =>
  [...states.values()]
    .filter(({ shard }) => readShard(shard).partition === partition)
    .reduce((sum, { slots }) => sum + Object.keys(slots).length, 0)

/** Whether a partition has fewer jobs in flight than are guaranteed to it. */
export const lacksGuaranteed = (tables: Tables, { guaranteed }: Covering, partition: string): boolean => {
  const units = guaranteed.get(partition)
  return units !== undefined && slotsOf(tables, partition) < units
}

/** How many units are kept for others than a partition. */
export const keptOf = (tables: Tables, { guaranteed }: Covering, partition: string): number =>
  [...guaranteed]
    .filter(([other]) => other !== partition)
    .reduce((sum, [other, units]) => sum + Math.max(0, units - slotsOf(tables, other)), 0)

type Lent = ReadonlyMap<string, number>

const lentBy = (state: ShardState | undefined): Lent =>
  new Map(
    Object.entries(state?.books?.slots.loans ?? {}).map(([shard, { lent, returned }]) => [
      shard,
      lent - returned,
    ]),
  )

const sumOf = (lent: Lent, partition?: string): number =>
  [...lent]
    .filter(([shard]) => partition === undefined || readShard(shard).partition === partition)
    .reduce((sum, [, units]) => sum + units, 0)

export function nobodyElseGets(): Check {
  const known = new Map<string, ShardState | undefined>()
  const set = new Map<string, LimitOverride['guaranteed']>()
  return {
    name: 'I7 guaranteed',
    after(event, { truth, tables, fail }) {
      if (event.kind === 'limiterSet') set.set(`$limiter|${event.name}`, event.limits.guaranteed)
      if (event.kind === 'limiterLifted' && event.what === 'set') set.delete(`$limiter|${event.name}`)
      if (event.kind !== 'effect') return
      const version = truth.limits.onlyVersion(truth.now - longestPass(truth.plan), truth.now)
      for (const [key, state] of tables.states) {
        if (!key.startsWith('$limiter|total|')) continue
        const before = known.get(key)
        if (before === state) continue
        known.set(key, state)
        const own = set.get(key)
        if (own && !isDeepStrictEqual(state.override?.guaranteed, own))
          fail(
            `${key} guarantees ${JSON.stringify(state.override?.guaranteed)}, ${JSON.stringify(own)} was set`,
          )
        // A unit that comes back goes on to whoever waits, also if somebody has just paused the total: nobody can use it.
        if (version === undefined || state?.override?.paused) continue
        const queue = key.slice('$limiter|total|'.length)
        const configured = coveringOf(truth.plan, version, { pk: queue }).get(`total|${queue}`)
        const covering = configured && asSet(tables, `total|${queue}`, configured)
        if (!covering || covering.guaranteed.size === 0) continue
        const taker = takerOf(covering, tables, lentBy(before), lentBy(state))
        if (taker !== undefined) fail(`${taker} got a unit of ${key} that is kept for another partition`)
      }
    },
  }
}

/** Who got more than is guaranteed to its partition, although others lack what is left. */
function takerOf(
  { guaranteed, units }: Covering,
  tables: Tables,
  before: Lent,
  after: Lent,
): string | undefined {
  const lacking = [...guaranteed].reduce(
    (sum, [partition, own]) => sum + Math.max(0, own - sumOf(after, partition)),
    0,
  )
  if (sumOf(after) + lacking <= units) return undefined
  const takers = [...after].filter(
    ([shard, lent]) => lent > (before.get(shard) ?? 0) && lent > knownBy(tables, shard),
  )
  const isBeyond = ([shard]: readonly [string, number]): boolean => {
    const { partition } = readShard(shard)
    return sumOf(after, partition) > (guaranteed.get(partition) ?? 0)
  }
  return takers.find(isBeyond)?.[0]
}

const totalName = (shard: string) => `total|${readShard(shard).queue}` as LimiterName

/** What a shard uses or has already is only put on record: it was in flight when a deploy brought the total, or the books were lost. */
function knownBy({ states }: Tables, shard: string): number {
  const state = states.get(shard as ShardKey)
  if (!state) return 0
  const had = state.borrowedFrom?.[totalName(shard)]?.slots
  return Math.max(had ? had.got - had.returned : 0, Object.keys(state.slots).length)
}
