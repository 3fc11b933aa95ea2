/**
 * A partition whose limit needs more slots than one item holds is spread over shards. Each shard has a share of
 * the limit and the shares sum to it, so no shard ever asks another.
 */

import { formatShard, type JobId, type Shard, type ShardKey } from '../keys.ts'
import { stableHash } from '../text/hash.ts'

/** Shard `index`'s share of `total` among `shards`: shares sum to `total` and none shrinks when `total` grows. */
export function shareOf(total: number, index: number, shards: number): number {
  return Math.floor(total / shards) + (index < total % shards ? 1 : 0)
}

interface Shareable {
  readonly concurrency?: number
  readonly rateLimit?: { readonly allowed: number }
}

/** How many of the shards have a share of every limit. With a limit below their number, only the first few do. */
export const activeShards = (limits: Shareable, shards: number): number =>
  Math.min(shards, limits.concurrency ?? shards, limits.rateLimit?.allowed ?? shards)

/** The place of a shard among `shards`, or `undefined` where it is none of them (put by hand, or from before). */
export function placeOf(shard: Shard, shards: number): number | undefined {
  if (shards === 1) return shard.index === undefined ? 0 : undefined
  return shard.index !== undefined && shard.index < shards ? shard.index : undefined
}

/** The shard that a job belongs to, by a stable hash of its id. */
export function homeShard(shard: Shard, id: JobId, shards: number, active: number = shards): ShardKey {
  const { queue, partition } = shard
  const base = { queue, ...(partition === undefined ? {} : { partition }) }
  return formatShard(shards === 1 ? base : { ...base, index: stableHash(id) % Math.max(1, active) })
}

/** Every shard of a partition. */
export function shardsOf(shard: Shard, shards: number): ShardKey[] {
  const { queue, partition } = shard
  const base = { queue, ...(partition === undefined ? {} : { partition }) }
  if (shards === 1) return [formatShard(base)]
  return Array.from({ length: shards }, (_, index) => formatShard({ ...base, index }))
}
