/**
 * The limiters that cover all jobs of a queue beside the limits of their partitions: the queue's total, and the pools that
 * it shares with other queues. Each has an item of its own in the State table, and lends to shards of any partition.
 */
import { parseShard, type ShardKey } from '../keys.ts'
import type { Borrower } from './limiter.ts'

/** `total|crm` or `pool|hubspot`. */
declare const nameBrand: unique symbol
export type LimiterName = string & { readonly [nameBrand]: true }

/** A limiter, as one queue has it. */
export interface QueueLimiter {
  readonly name: LimiterName
  /** How many units there are, for all queues that it covers. */
  readonly concurrency: number
  /** How many units a job uses while it is in flight, by the queue it is of. */
  readonly weights: Readonly<Record<string, number>>
}

export const totalOf = (queue: string): LimiterName => `total|${queue}` as LimiterName
export const poolNamed = (pool: string): LimiterName => `pool|${pool}` as LimiterName

/** The total of a queue, or a pool, by its name in the configuration. */
export type LimiterId = { readonly total: string } | { readonly pool: string }
export const nameOf = (id: LimiterId): LimiterName => ('total' in id ? totalOf(id.total) : poolNamed(id.pool))

/** Nobody takes it for a shard: the name of a queue does not begin like that. */
const PREFIX = '$limiter|'
export const limiterKey = (name: LimiterName): ShardKey => `${PREFIX}${name}` as ShardKey
export const isLimiterKey = (key: string): boolean => key.startsWith(PREFIX)

/** How many units a job in this shard uses. A queue that the configuration does not have here uses one. */
export function weightIn({ weights }: QueueLimiter, borrower: Borrower): number {
  const shard = parseShard(borrower)
  const queue = shard.ok ? shard.value.queue : ''
  return (Object.hasOwn(weights, queue) ? weights[queue] : undefined) ?? 1
}
