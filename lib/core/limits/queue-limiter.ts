/**
 * The limiters that cover jobs beside the limits of their partitions: a queue's total, pools, and tags. Each has an item of
 * its own in the State table, and lends to shards of any partition. Which of them cover a shard: `covering.ts`.
 */
import { parseShard, type ShardKey } from '../keys.ts'
import { isToBeDivided } from './chunk-name.ts'
import { partsOfLane } from './lane.ts'
import type { Borrower } from './limiter.ts'
import type { LimiterName } from './limiter-name.ts'

export { type LimiterId, type LimiterName, nameOf, poolNamed, totalOf } from './limiter-name.ts'

/** A limiter, for all that it covers. */
export interface QueueLimiter {
  readonly name: LimiterName
  /** How many units there are, for all queues that it covers. */
  readonly concurrency: number
  /** How many units a job uses while it is in flight, by the queue it is of. */
  readonly weights: Readonly<Record<string, number>>
  /** Queues take different pools for all of their jobs, and this is one of those: see `keeping.ts`. */
  readonly isMixed?: true
  /** How many units partitions are guaranteed, by their names in keys. Of a total only. */
  readonly guaranteed?: Readonly<Record<string, number>>
  /** Its units lie in chunks, as many as this says, or as usual: see `chunk.ts`. */
  readonly isDivided?: true
  readonly chunks?: number
  /** So many shards stand in its line, or as many as usual: see `full-line.ts`. */
  readonly longestLine?: number
}

/**
 * The one order in which all shards borrow, and keep what they have while they wait: of two that need the same limiters none
 * has what the other waits for. First what only jobs name, then pools by how many queues take them for all of their jobs, then
 * totals: so the limits of a partition have one place among them, behind what its lanes name and before what its queue takes.
 */
export const inOrder = (one: QueueLimiter, other: QueueLimiter): number =>
  takersOf(one) - takersOf(other) || (one.name < other.name ? -1 : 1)

const takersOf = ({ name, weights }: QueueLimiter): number =>
  name.startsWith('total|') ? MANY : Object.keys(weights).length
const MANY = 1e6

/** A large one lies in chunks. */
export const divided = (limiter: QueueLimiter): QueueLimiter =>
  isToBeDivided(limiter.name, limiter.concurrency) ? { ...limiter, isDivided: true } : limiter

/** Nobody takes it for a shard: the name of a queue does not begin like that. */
const PREFIX = '$limiter|'
export const limiterKey = (name: LimiterName): ShardKey => `${PREFIX}${name}` as ShardKey
export const isLimiterKey = (key: string): boolean => key.startsWith(PREFIX)

/**
 * How many units a job in this shard uses. Of a pool that its lane names as many as that says; a queue that the configuration
 * does not have here uses one.
 */
export function weightIn(
  { name, weights }: Pick<QueueLimiter, 'name' | 'weights'>,
  borrower: Borrower,
): number {
  const shard = parseShard(borrower)
  if (!shard.ok) return 1
  const { queue, lane } = shard.value
  const parts = lane === undefined ? undefined : partsOfLane(lane)
  const own = parts?.ok ? parts.value.find(({ limiter }) => limiter === name) : undefined
  return own?.weight ?? (Object.hasOwn(weights, queue) ? weights[queue] : undefined) ?? 1
}
