/** A partition is slowed down by a person, or no longer: one write to its plain shard. */
import type { Shard } from '../../core/keys.ts'
import { ownerOf } from '../../core/limits/shards.ts'
import type { SlowDown } from '../../core/limits/slow-down.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import type { Context } from '../context.ts'
import { wakeNow } from '../wake.ts'
import { knownShards } from './known-shards.ts'

/**
 * Every later pass over the partition sees it. Those that are under way lose, but for passes over the other shards of a
 * partition that is spread: these may still claim.
 */
export async function slowPartition(
  { store, wake }: Pick<Context, 'store' | 'wake'>,
  queue: QueueConfig,
  partition: string | undefined,
  slow: SlowDown | undefined,
): Promise<void> {
  const shard: Shard = { queue: queue.name, ...(partition === undefined ? {} : { partition }) }
  const owner = await store.states.slowDown(ownerOf(shard), slow)
  const { borrowers, waiting } = knownShards(shard, owner, queue.shards)
  await wakeNow({ wake }, new Set([owner.shard, ...borrowers, ...waiting]))
}
