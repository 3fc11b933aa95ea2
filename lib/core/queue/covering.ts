/**
 * Which limiters cover the jobs of a shard beside the limits of its partition: the total and the pools of its queue, and
 * what its lane names; and which rates of these grant its starts. All that borrow, wait, return, look or explain ask here. And the other way round: which lane a job
 * belongs to.
 */
import { parseShard, type Shard, type ShardKey } from '../keys.ts'
import { type Lane, type LanePart, laneOfParts, partsOfLane } from '../limits/lane.ts'
import { type LimiterName, poolNamed, rateOfPartition } from '../limits/limiter-name.ts'
import type { RateLimit } from '../limits/limits.ts'
import { inOrder, type QueueLimiter } from '../limits/queue-limiter.ts'
import type { SharedRate } from '../limits/shared-rate.ts'
import { clip } from '../text/clip.ts'
import type { Parsed } from '../text/parsed.ts'
import { type Config, parts } from './config.ts'
import type { KnownLimiter } from './pools.ts'
import { byName } from './shared-rates.ts'
import { isOfLimit, limiterOfTag } from './tags-input.ts'

/** What the limits of single jobs go by. */
export interface Labels {
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** How many units the job uses of which pools, beside what its queue says or instead of that. */
  readonly pools?: Readonly<Record<string, number>> | undefined
}

type Known = Pick<Config, 'queues' | 'pools' | 'tags'>

/**
 * In the order in which all shards borrow. What a lane names and the configuration does not have covers nothing: see `isKnownLane`.
 */
export function limitersOver(config: Known, { queue, lane }: Shard): readonly QueueLimiter[] {
  const ofQueue = (Object.hasOwn(config.queues, queue) ? config.queues[queue]?.limiters : undefined) ?? []
  if (lane === undefined) return ofQueue
  const named = new Map(ofQueue.map((limiter) => [limiter.name, limiter]))
  for (const { limiter } of partsOf(lane)) {
    const known = limiterNamed(config, limiter)
    if (known) named.set(limiter, known)
  }
  return [...named.values()].toSorted(inOrder)
}

/** Whether a limiter covers this lane, and not all of its queue, nor, where queues take different ones, all of another. */
export const isOfLane = (config: Known, { queue }: Shard, { name, isMixed }: QueueLimiter): boolean =>
  !isMixed && !limitersOver(config, { queue }).some((limiter) => limiter.name === name)

/** The same for a shard's key, which may come from anywhere. */
export function limitersOverKey(config: Known, key: ShardKey): readonly QueueLimiter[] {
  const shard = parseShard(key)
  return shard.ok ? limitersOver(config, shard.value) : []
}

/** The rates that grant the starts of a shard's jobs: those of its queue, and of the pools that its lane names. A tag has none. */
export function ratesOver(config: Known, { queue, lane }: Shard): readonly SharedRate[] {
  const ofQueue = (Object.hasOwn(config.queues, queue) ? config.queues[queue]?.rates : undefined) ?? []
  if (lane === undefined) return ofQueue
  const named = new Map(ofQueue.map((rate) => [rate.name, rate]))
  for (const { limiter } of partsOf(lane)) {
    const rate = poolIn(config, limiter)?.rate
    if (rate) named.set(limiter, rate)
  }
  return [...named.values()].toSorted(byName)
}

/** With the one of its partition, if that counts what jobs cost: as it is configured, or as it is in force. */
export function ratesWithOwn(
  config: Known,
  shard: Shard,
  costRate: RateLimit | undefined,
): readonly SharedRate[] {
  const shared = ratesOver(config, shard)
  if (!costRate) return shared
  const name = rateOfPartition(shard.queue, shard.partition)
  return [...shared, { name, rateLimit: costRate, costs: {}, isOwn: true } as const].toSorted(byName)
}

/** The same for a shard's key, which may come from anywhere. */
export function ratesOverKey(config: Known, key: ShardKey, costRate?: RateLimit): readonly SharedRate[] {
  const shard = parseShard(key)
  return shard.ok ? ratesWithOwn(config, shard.value, costRate) : []
}

function poolIn({ pools }: Pick<Known, 'pools'>, limiter: LimiterName): KnownLimiter | undefined {
  const [kind, name = ''] = limiter.split('|')
  return kind === 'pool' && Object.hasOwn(pools, name) ? pools[name] : undefined
}

/** A limiter of jobs: a pool that has units, or a tag that has a limit. */
export function limiterNamed(
  { pools, tags }: Pick<Known, 'pools' | 'tags'>,
  name: LimiterName,
): QueueLimiter | undefined {
  if (name.startsWith('pool|')) return poolIn({ pools }, name)?.units
  const limit = tags.find((one) => isOfLimit(one, name))
  return limit && { name, concurrency: limit.concurrency, weights: {} }
}

const isKnown = (config: Pick<Known, 'pools' | 'tags'>, limiter: LimiterName): boolean =>
  (poolIn(config, limiter) ?? limiterNamed(config, limiter)) !== undefined

/** Whether all that a lane names is in the configuration. If not, a newer one may have it, or an older one had. */
export const isKnownLane = (config: Known, { lane }: Shard): boolean =>
  lane === undefined || partsOf(lane).every(({ limiter }) => isKnown(config, limiter))

/** Why the jobs of a lane cannot run by this configuration. That a tag has no limit is no reason: they run without. */
export function laneProblem({ pools }: Pick<Known, 'pools'>, { lane }: Shard): string | undefined {
  for (const { limiter, weight } of lane === undefined ? [] : partsOf(lane)) {
    const [kind, name = ''] = limiter.split('|')
    const problem = kind === 'pool' ? poolProblem(pools, name, weight) : undefined
    if (problem !== undefined) return problem
  }
  return undefined
}

function poolProblem(pools: Known['pools'], name: string, weight: number): string | undefined {
  const pool = Object.hasOwn(pools, name) ? pools[name] : undefined
  const known = Object.keys(pools).join(', ')
  if (!pool) return `there is no pool "${clip(name)}"; there are: ${known || 'none'}`
  const { concurrency = 0 } = pool.units ?? {}
  if (concurrency === 0 || weight <= concurrency) return undefined
  return `a job that takes ${weight} units of the pool "${name}" of ${concurrency} could never run`
}

/** The lane of a job by this configuration. Its pools are named whether they are known or not; tags without a limit make no lane. */
export function laneOf(
  { tags: limits }: Pick<Known, 'tags'>,
  { tags = {}, pools = {} }: Labels,
): Parsed<Lane | undefined> {
  const ofPools = Object.entries(pools).map(
    ([pool, weight]): LanePart => ({ limiter: poolNamed(pool), weight }),
  )
  const ofTags = limits.flatMap((limit): LanePart[] => {
    const value = Object.hasOwn(tags, limit.key) ? tags[limit.key] : undefined
    const limiter = value === undefined ? undefined : limiterOfTag(limit, limit.key, value)
    return limiter ? [{ limiter, weight: 1 }] : []
  })
  return laneOfParts([...ofPools, ...ofTags])
}

/** A lane has fewer shards than its partition if its limiters let fewer jobs run. */
export function shardsOfLane(config: Known, shard: Shard): number {
  const queue = Object.hasOwn(config.queues, shard.queue) ? config.queues[shard.queue] : undefined
  const most = queue?.shards ?? 1
  if (shard.lane === undefined) return most
  const units = partsOf(shard.lane).map(({ limiter, weight }) => {
    // A pool with a rate alone has no units that could limit how many run.
    const unitless = isKnown(config, limiter) ? Number.POSITIVE_INFINITY : 0
    return (limiterNamed(config, limiter)?.concurrency ?? unitless) / weight
  })
  return Math.max(1, Math.min(most, parts(Math.min(...units))))
}

function partsOf(lane: Lane): readonly LanePart[] {
  const parts = partsOfLane(lane)
  return parts.ok ? parts.value : []
}

/** What a job's item says of its tags and pools, if it says anything. */
export const labelsOf = ({ tags, pools }: Labels): Labels => ({
  ...(tags ? { tags } : {}),
  ...(pools ? { pools } : {}),
})

/** Whether a job lies in another lane than the one that it belongs to by this configuration. */
export function isMisplaced(config: Known, shard: Shard, labels: Labels): boolean {
  const lane = laneOf(config, labels)
  return lane.ok && lane.value !== shard.lane
}
