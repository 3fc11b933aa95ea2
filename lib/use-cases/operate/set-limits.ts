/** Limits changed at run time: one write to the partition's plain shard, which owns them. */
import type { Shard, ShardKey } from '../../core/keys.ts'
import type { LimitOverride } from '../../core/limits/limits.ts'
import { withLimits } from '../../core/limits/pause.ts'
import { borrowersOf, isOfPartition, ownerOf } from '../../core/limits/shards.ts'
import { isHeldByItsRate } from '../../core/pass/held.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { keptUntil } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { wakeNow } from '../wake.ts'
import { type Amendment, amend, fenceAll } from './amend.ts'
import { knownShards } from './known-shards.ts'
import { notingRaise } from './noting-raise.ts'
import { wakeHeld } from './wake-held.ts'

/**
 * When it returns, nothing more is admitted above the new limits: the write makes every loan lose that is being made, and
 * a fence in each shard that has borrowed makes every pass lose that has read the old ones. If the caller dies before the
 * fences, only passes that were under way may still claim by the old limits; all later ones read the new. Whoever waits for
 * a rate by cost that is raised is woken.
 *
 * An earlier version kept a copy of the limit in each shard. It stays for as long as it says the same, for a deploy may be
 * rolled back to that version.
 */
export async function amendLimits(
  context: Pick<Context, 'store' | 'wake' | 'clock'>,
  queue: QueueConfig,
  partition: string | undefined,
  change: Amendment,
): Promise<void> {
  const shard: Shard = { queue: queue.name, ...(partition === undefined ? {} : { partition }) }
  const noted = notingRaise(queue, change)
  const write = (plain: ShardKey) => amend(context, plain, noted.change)
  const written = await writeAndFence(context, { queue, shard }, write)
  if (!written) return
  const { owner, fenced } = written
  await wakeNow(
    context,
    new Set([owner.shard, ...fenced, ...knownShards(shard, owner, queue.shards).waiting]),
  )
  // By a rate that is lent, those who wait stand in its line.
  if (queue.costs && noted.isRaised())
    await wakeHeld(context, (state) => isHeldByItsRate(state) && isOfPartition(state.shard, shard))
}

/** Replaces what somebody has set, or with `undefined` goes back to what is configured. */
export const overrideLimits = (
  context: Pick<Context, 'store' | 'wake' | 'clock'>,
  queue: QueueConfig,
  partition: string | undefined,
  limits: LimitOverride | undefined,
): Promise<void> => amendLimits(context, queue, partition, withLimits(limits))

/**
 * Writes a limit into the plain shard, then the fences.
 * @param write `undefined` if there was nothing to write
 */
export async function writeAndFence(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  { queue, shard }: { readonly queue: QueueConfig; readonly shard: Shard },
  write: (owner: ShardKey) => Promise<ShardState | undefined>,
): Promise<{ readonly owner: ShardState; readonly fenced: ReadonlySet<ShardKey> } | undefined> {
  const fenced = new Set<ShardKey>()
  const fence = async (keys: readonly ShardKey[]) => {
    await fenceAll({ store }, keys, keptUntil(clock.now()))
    for (const key of keys) fenced.add(key)
  }
  const first = await write(ownerOf(shard))
  if (!first) return undefined
  const former = (await store.states.earlierShards(queue.name)).flatMap((count) => borrowersOf(shard, count))
  await fence([...new Set([...knownShards(shard, first, queue.shards).borrowers, ...former])])
  // Race: before the fences somebody has taken over what an earlier version has set, and has lent by that.
  const isSafe = first.books !== undefined || former.length === 0
  const owner = isSafe ? first : ((await write(first.shard)) ?? first)
  if (owner.books && !first.books) await fence(knownShards(shard, owner, queue.shards).borrowers)
  return { owner, fenced }
}
