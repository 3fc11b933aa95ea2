/** A partition is slowed down by a person, or no longer: one write to its plain shard. */
import type { Shard } from '../../core/keys.ts'
import { isOfPartition, ownerOf } from '../../core/limits/shards.ts'
import { endsSooner, type SlowDown } from '../../core/limits/slow-down.ts'
import { isHeldBySlowDown } from '../../core/pass/held.ts'
import type { Config, QueueConfig } from '../../core/queue/config.ts'
import type { Context } from '../context.ts'
import { wakeNow } from '../wake.ts'
import { knownShards } from './known-shards.ts'
import { wakeHeld } from './wake-held.ts'

/**
 * Every later pass over the partition sees it. Those that are under way lose, but for passes over the other shards of a
 * partition that is spread: these may still claim. Whoever waits for its end is woken if that comes sooner now.
 */
export async function slowPartition(
  context: Pick<Context, 'config' | 'store' | 'wake' | 'clock'>,
  queue: QueueConfig,
  partition: string | undefined,
  slow: SlowDown | undefined,
): Promise<void> {
  const { config, store, clock } = context
  const shard: Shard = { queue: queue.name, ...(partition === undefined ? {} : { partition }) }
  const before = await store.states.read(ownerOf(shard))
  const owner = await store.states.slowDown(ownerOf(shard), slow)
  const { borrowers, waiting } = knownShards(shard, owner, queue.shards)
  await wakeNow(context, new Set([owner.shard, ...borrowers, ...waiting]))
  if (mayWaitElsewhere(config, queue) && endsSooner(before?.slowed, slow, clock.now()))
    await wakeHeld(context, (state) => isHeldBySlowDown(state) && isOfPartition(state.shard, shard))
}

/** In shards that the plain one has lent nothing yet: others of one that is spread, or lanes. */
const mayWaitElsewhere = ({ pools, tags }: Config, { shards, rateRule, batchKey }: QueueConfig): boolean =>
  shards > 1 || tags.length > 0 || Object.keys(pools).length > 0 || (rateRule ?? batchKey) !== undefined
