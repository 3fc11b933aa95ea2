/** What there is of a partition, by queries of its shards: no table is scanned, and counting ends at a bound. */
import type { Shard, ShardKey } from '../../core/keys.ts'
import { booksOf } from '../../core/limits/books.ts'
import { limitsInForce } from '../../core/limits/in-force.ts'
import { held, lentOut } from '../../core/limits/limiter.ts'
import { type LimiterName, rateOfPartition } from '../../core/limits/limiter-name.ts'
import type { Limits, RateLimit } from '../../core/limits/limits.ts'
import { limiterKey } from '../../core/limits/queue-limiter.ts'
import { earliestStart } from '../../core/limits/shared-rate.ts'
import { nextForgotten, startsInWindow } from '../../core/limits/window.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { jobsInFlight } from '../../core/shard/in-flight.ts'
import { unitsOfState } from '../../core/shard/in-use.ts'
import { type ShardState, slotEntries } from '../../core/shard/state.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import { isHeldBack } from '../../core/why/census.ts'
import { setForAll } from '../../core/why/queue-limits-seen.ts'
import {
  type LimitsSeen,
  type PartitionStats,
  type RateUse,
  type ShardStats,
  sumOf,
} from '../../core/why/stats.ts'
import { type ThrottleUse, throttleOf, throttleOfAll } from '../../core/why/throttle-use.ts'
import type { Counted, Trouble } from '../../core/why/why.ts'
import { readState } from '../read-state.ts'
import { type CountedShard, countShard } from './count-shard.ts'
import { type Eyes, type ReadShard, readShard } from './look-at.ts'
import { countDeadOf } from './queue-stats.ts'
import { shardsOf } from './shards-of.ts'
import { sizesSeen } from './sizes.ts'

const SIDE_BY_SIDE = 8

export async function statsOf(
  eyes: Eyes,
  queue: QueueConfig,
  partition: string | undefined,
): Promise<PartitionStats> {
  const at = eyes.clock.now()
  const named: Shard = { queue: queue.name, ...(partition === undefined ? {} : { partition }) }
  const keys = await shardsOf(eyes, queue, named)
  const [seen, dead, sizes] = await Promise.all([
    readAll(eyes, keys, at),
    countDeadOf(eyes, named),
    sizesSeen(eyes, queue, named),
  ])
  const read = seen.flatMap((one) => ('counted' in one ? [one] : []))
  const shards = read.map((one) => shardStats(one, queue))
  const oldest = Math.min(...read.map(({ counted }) => counted.oldest ?? Number.POSITIVE_INFINITY))
  return {
    at,
    ...named,
    waiting: sumOf(shards.map(({ waiting }) => waiting)),
    blocked: sumOf(shards.map(({ blocked }) => blocked)),
    delayed: sumOf(shards.map(({ delayed }) => delayed)),
    inFlight: shards.reduce((sum, { inFlight }) => sum + inFlight, 0),
    ...dead,
    ...(Number.isFinite(oldest) ? { oldest_ms: at - oldest } : {}),
    configured: limitsSeen(queue),
    ...setForAll(queue),
    ...ofOwner(read[0], queue, at),
    ...(await rateOf(eyes, read, at)),
    ...throttleIn(shards),
    ...sizes,
    shards: shards.filter(hasAnything),
    troubles: seen.flatMap((one) => ('counted' in one ? [] : [one])),
  }
}

type Counting = ReadShard & { readonly counted: CountedShard }
type Troubled = Trouble & { readonly shard: string }

/** In the order of the keys: the plain shard comes first, if it can be read. */
async function readAll(eyes: Eyes, keys: readonly ShardKey[], at: number): Promise<(Counting | Troubled)[]> {
  const seen = new Map<ShardKey, Counting | Troubled>()
  await forEachSideBySide(keys, SIDE_BY_SIDE, async (shard) => {
    const read = await readShard(eyes, shard)
    if (read.kind !== 'read') seen.set(shard, { ...read, shard })
    else seen.set(shard, { ...read, counted: await countShard(eyes, read.state, at) })
  })
  return keys.flatMap((key) => seen.get(key) ?? [])
}

const NONE: Counted = { count: 0 }

const shardStats = (
  { state, at, counted: { waiting, delayed } }: Counting,
  { adaptive }: QueueConfig,
): ShardStats => ({
  shard: state.shard,
  waiting,
  blocked: isHeldBack(state, at) ? waiting : NONE,
  delayed,
  inFlight: jobsInFlight(slotEntries(state.slots)).length,
  borrowed: held(state.borrowed?.slots),
  lent: lentOut(booksOf(state).slots),
  ...(adaptive ? { throttle: throttleOf(state, adaptive, at) } : {}),
})

/** Of all that were read, those in which there is nothing too: what failed may have ended. */
function throttleIn(shards: readonly ShardStats[]): { readonly throttle?: ThrottleUse } {
  const throttle = throttleOfAll(shards.flatMap((shard) => shard.throttle ?? []))
  return throttle ? { throttle } : {}
}

const hasAnything = ({ waiting, delayed, inFlight, borrowed, lent }: ShardStats): boolean =>
  waiting.count + delayed.count + inFlight + borrowed + lent > 0

const limitsSeen = ({ concurrency, rateLimit }: Limits): LimitsSeen => ({
  ...(concurrency === undefined ? {} : { concurrency }),
  ...(rateLimit === undefined ? {} : { rateLimit }),
})

/** Every shard that was read knows the plain one's item, which owns the limits. */
function ofOwner(
  read: Counting | undefined,
  queue: QueueConfig,
  at: number,
): Pick<PartitionStats, 'inForce' | 'override' | 'overrideProblem' | 'slowedDown'> {
  const limits = read?.capacity.limits ?? limitsInForce(queue, {}, at)
  const { override, overrideProblem, slowed } = read?.capacity.owner ?? {}
  return {
    inForce: limitsSeen({ ...limits, ...(limits.costRate ? { rateLimit: limits.costRate } : {}) }),
    ...(override ? { override } : {}),
    ...(overrideProblem === undefined ? {} : { overrideProblem }),
    ...(slowed && slowed.until > at ? { slowedDown: slowed } : {}),
  }
}

async function rateOf(
  { store }: Eyes,
  read: readonly Counting[],
  at: number,
): Promise<{ readonly rate?: RateUse }> {
  const [first] = read
  if (!first) return {}
  const { shard, limits } = first.capacity
  return limits.costRate
    ? { rate: await costRateOf(store, rateOfPartition(shard.queue, shard.partition), limits.costRate, at) }
    : lentRateOf(read, at)
}

/** What has been granted already counts, too. */
async function costRateOf(
  { states }: Eyes['store'],
  name: LimiterName,
  rate: RateLimit,
  at: number,
): Promise<RateUse> {
  const { window } = await readState(states, limiterKey(name))
  const next = earliestStart({ name, rate, window, cost: 1 }, at)
  return useOf(rate, startsInWindow(window, rate, at), next)
}

function lentRateOf(read: readonly Counting[], at: number): { readonly rate?: RateUse } {
  const limits = read[0]?.capacity.limits
  const rate = limits?.rateLimit
  if (!limits || !rate) return {}
  const used = read.reduce((sum, { state }) => sum + unitsOfState(state, limits, at).starts, 0)
  const forgotten = (state: ShardState) => nextForgotten(state.window, rate, at) ?? Number.POSITIVE_INFINITY
  const next = Math.min(...read.map(({ state }) => forgotten(state)))
  return { rate: useOf(rate, used, next) }
}

function useOf(rate: RateLimit, used: number, next: number): RateUse {
  const reopens = used >= rate.allowed && Number.isFinite(next) ? { reopensAt: next } : {}
  return { allowed: rate.allowed, period_ms: rate.period_ms, used, ...reopens }
}
