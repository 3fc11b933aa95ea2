/**
 * Which limiters cover the jobs of a shard beside the limits of its partition: the total and the pools of its queue, and
 * what its lane names; and which rates of these grant its starts. All that borrow, wait, return, look or explain ask here. And the other way round: which lane a job
 * belongs to.
 */
import type { Labels } from '../job/labels.ts'
import { parseShard, type Shard, type ShardKey } from '../keys.ts'
import { type Lane, type LanePart, laneOfParts, partsOfLane } from '../limits/lane.ts'
import { type LimiterName, poolNamed, rateOfPartition } from '../limits/limiter-name.ts'
import type { RateLimit } from '../limits/limits.ts'
import { inOrder, type QueueLimiter } from '../limits/queue-limiter.ts'
import type { SharedRate } from '../limits/shared-rate.ts'
import type { Parsed } from '../text/parsed.ts'
import { isBatchValue } from './batch-key.ts'
import type { Config } from './configured.ts'
import { parts } from './default-shards.ts'
import { partByRule, type Ruled } from './own-rule.ts'
import type { KnownLimiter } from './pools.ts'
import { limiterOfRules } from './rate-rule.ts'
import { byName } from './shared-rates.ts'
import { limiterOfTag, limiterOfTags } from './tags-input.ts'

/** What the lane of a job goes by. */
export type ForLane = Labels & Ruled

type Known = Pick<Config, 'queues' | 'pools' | 'tags'>

/**
 * In the order in which all shards borrow. What a lane names and the configuration does not have covers nothing: see `isKnownLane`.
 */
export function limitersOver(config: Known, { queue, lane }: Shard): readonly QueueLimiter[] {
  const ofQueue = (Object.hasOwn(config.queues, queue) ? config.queues[queue]?.limiters : undefined) ?? []
  if (lane === undefined) return ofQueue
  const named = new Map(ofQueue.map((limiter) => [limiter.name, limiter]))
  for (const { name, units } of knownIn(config, lane)) if (units) named.set(name, units)
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

/** The rates that grant the starts of a shard's jobs: those of its queue, and of what its lane names. */
function ratesOver(config: Known, { queue, lane }: Shard): readonly SharedRate[] {
  const ofQueue = (Object.hasOwn(config.queues, queue) ? config.queues[queue]?.rates : undefined) ?? []
  if (lane === undefined) return ofQueue
  const named = new Map(ofQueue.map((rate) => [rate.name, rate]))
  for (const { name, rate } of knownIn(config, lane)) if (rate) named.set(name, rate)
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

/** Whether a limiter lends to a shard, or grants its starts. The key may come from anywhere. */
export const isCoveredBy = (config: Known, key: ShardKey, name: LimiterName): boolean =>
  [...limitersOverKey(config, key), ...ratesOverKey(config, key)].some((one) => one.name === name)

/** What the configuration has under the name of a limiter of jobs: a pool, a tag that has a limit, or a value of a rate's rule. */
export const knownNamed = ({ queues, pools, tags }: Known, name: LimiterName): KnownLimiter | undefined =>
  poolIn({ pools }, name) ?? limiterOfTags(tags, name) ?? limiterOfRules(queues, name)

/** The rate that is configured under a limiter's name, be it one of jobs or of a queue. */
export function rateNamed(config: Known, name: LimiterName): RateLimit | undefined {
  const ofQueues = Object.values(config.queues).flatMap(({ rates }) => rates)
  return (knownNamed(config, name)?.rate ?? ofQueues.find((rate) => rate.name === name))?.rateLimit
}

const knownIn = (config: Known, lane: Lane): readonly KnownLimiter[] =>
  partsOf(lane).flatMap(({ limiter }) => knownNamed(config, limiter) ?? [])

/** What the lane of a shard names, as far as it is in the configuration. The key may come from anywhere. */
export function knownInLane(config: Known, key: ShardKey): readonly KnownLimiter[] {
  const shard = parseShard(key)
  return shard.ok && shard.value.lane !== undefined ? knownIn(config, shard.value.lane) : []
}

/** The limiters of which each value has one, for people. */
export const valuesLimited = ({ queues, tags }: Pick<Known, 'queues' | 'tags'>): string[] => [
  ...tags.flatMap(({ key, each }) => (each ? [`each|${key}=…`] : [])),
  ...Object.values(queues).flatMap(({ rateRule }) => (rateRule ? [`rate|${rateRule.key}=…`] : [])),
]

/** Whether all that a lane names is in the configuration. If not, a newer one may have it, or an older one had. */
export const isKnownLane = (config: Known, { lane }: Shard): boolean =>
  lane === undefined ||
  partsOf(lane).every(
    ({ limiter }) => knownNamed(config, limiter) !== undefined || isBatchValue(config.queues, limiter),
  )

/**
 * The lane of a job by this configuration. Its pools are named whether they are known or not; tags without a limit make no lane.
 * @param shard its queue, and the lane in which it lies: that counts if the payload is not there to be looked at
 */
export function laneOf(
  { tags: limits, queues }: Pick<Known, 'tags' | 'queues'>,
  { queue, lane }: Pick<Shard, 'queue' | 'lane'>,
  job: ForLane,
): Parsed<Lane | undefined> {
  const { tags = {}, pools = {} } = job
  const { rateRule, batchKey } = (Object.hasOwn(queues, queue) ? queues[queue] : undefined) ?? {}
  const ofRate = rateRule && partByRule(rateRule, job, lane)
  if (ofRate && !ofRate.ok) return ofRate
  const ofBatch = batchKey && partByRule(batchKey, job, lane)
  if (ofBatch && !ofBatch.ok) return ofBatch
  const ofPools = Object.entries(pools).map(
    ([pool, weight]): LanePart => ({ limiter: poolNamed(pool), weight }),
  )
  const ofTags = limits.flatMap((limit): LanePart[] => {
    const value = Object.hasOwn(tags, limit.key) ? tags[limit.key] : undefined
    const limiter = value === undefined ? undefined : limiterOfTag(limit, limit.key, value)
    return limiter ? [{ limiter, weight: 1 }] : []
  })
  const ofRules = [ofRate, ofBatch].flatMap((part) => (part ? [part.value] : []))
  return laneOfParts([...ofPools, ...ofTags, ...ofRules])
}

/** A lane has fewer shards than its partition if its limiters let fewer jobs run. */
export function shardsOfLane(config: Known, shard: Shard): number {
  const queue = Object.hasOwn(config.queues, shard.queue) ? config.queues[shard.queue] : undefined
  const most = queue?.shards ?? 1
  if (shard.lane === undefined) return most
  const units = partsOf(shard.lane).map(({ limiter, weight }) => {
    const known = knownNamed(config, limiter)
    // One with a rate alone has no units that could limit how many run, and neither have batches.
    const isWithout = known !== undefined || isBatchValue(config.queues, limiter)
    return (known?.units?.concurrency ?? (isWithout ? Number.POSITIVE_INFINITY : 0)) / weight
  })
  if (queue?.rateRule) units.push(queue.rateRule.mostInFlight)
  return Math.max(1, Math.min(most, parts(Math.min(...units))))
}

function partsOf(lane: Lane): readonly LanePart[] {
  const parts = partsOfLane(lane)
  return parts.ok ? parts.value : []
}

/** What a job's item says of its tags and pools, if it says anything. */
/** Whether a job lies in another lane than the one that it belongs to by this configuration. */
export function isMisplaced(config: Known, shard: Shard, job: ForLane): boolean {
  const lane = laneOf(config, shard, job)
  return lane.ok && lane.value !== shard.lane
}
