/** Over how many shards a partition is spread, if the user says nothing; and whether those asked for are enough. */
import { ConfigurationError } from '../errors.ts'
import { SLOTS_OF_A_SMALL_ITEM } from '../limits/in-force.ts'
import { type Limits, mostSlots } from '../limits/limits.ts'
import { MAX_SHARDS } from './config-input.ts'

/** Eight slots each, so that a thousand jobs of a partition are in flight. */
const SHARDS_WHEN_UNLIMITED = 125

/**
 * Enough shards for small items. A rate that is lent is spread only if each shard can have a worthwhile part of it. How many
 * there are limits nothing: shards borrow from one another.
 */
export function defaultShards(limits: Limits): number {
  const { concurrency, rateLimit, batch, costs, adaptive } = limits
  // In several shards each would have a batch of its own that is not full, and judge by outcomes of its own, too few to see what fails.
  if (batch || adaptive) return Math.max(1, leastShards(limits))
  const slots = concurrency === undefined ? SHARDS_WHEN_UNLIMITED : parts(concurrency)
  const starts = rateLimit && !costs ? parts(rateLimit.allowed) : slots
  return Math.max(1, Math.min(MAX_SHARDS, Math.max(leastShards(limits), Math.min(slots, starts))))
}

/** An item that lends nothing and has borrowed nothing has room for ten slots in 1 KB. */
const SLOTS_OF_ONE_SHARD = 10

/** Over how many shards so many units are spread. */
export const parts = (units: number): number =>
  units <= SLOTS_OF_ONE_SHARD ? 1 : Math.ceil(units / SLOTS_OF_A_SMALL_ITEM)

const leastShards = (limits: Limits): number => Math.ceil((limits.concurrency ?? 0) / mostSlots(limits))

export function checkShards(name: string, limits: Limits, shards: number): void {
  const { concurrency } = limits
  const least = leastShards(limits)
  if (shards < least)
    throw new ConfigurationError(
      `queues.${name}.shards`,
      `concurrency ${concurrency} needs at least ${least} shards of ${mostSlots(limits)} slots, and here are ${shards}`,
    )
}
