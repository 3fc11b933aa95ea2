/** Reads all that limits a shard, and mends what does not fit. */
import { placeOf } from '../../core/job/job.ts'
import { parseShard, type Shard } from '../../core/keys.ts'
import type { QueueLimiter } from '../../core/limits/queue-limiter.ts'
import { borrowerOf } from '../../core/limits/shards.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { limitersOver } from '../../core/queue/covering.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { borrowedIn } from './account.ts'
import { type Capacities, type Capacity, capacityOf, readOwner } from './capacity.ts'
import { keepDerived, lacksDerived } from './derive.ts'
import { type KnownOfShard, limiterSeen } from './limiter-capacity.ts'
import { mendChunk } from './mend-chunk.ts'
import { restoreLoans } from './restore.ts'
import { isFromBefore, takeOver } from './take-over.ts'

/**
 * Reads all that limits a shard *after* the shard's own item: whoever sets a limit writes the first and then the second, so a
 * pass that has seen the old limit loses. `undefined` for a shard that the configuration does not know, `'stale'` if two of
 * them do not fit and have to be read again.
 * @param owners items of limiters that have been read after the shard's already
 */
export async function readCapacities(
  context: Context,
  state: ShardState,
  owners?: readonly ShardState[],
): Promise<Capacities | 'stale' | undefined> {
  const shard = parseShard(state.shard)
  if (!shard.ok) return undefined
  const queue = placeOf(context.config, shard.value)
  if (!queue.ok) return undefined
  const [partition, ...limiters] = await Promise.all([
    readCapacity(context, state, shard.value, queue.value),
    ...limitersOver(context.config, shard.value).map((limiter) =>
      readLimiter(context, { state, owners, shard: shard.value }, limiter),
    ),
  ])
  if (partition === 'stale' || partition === undefined) return 'stale'
  const known = limiters.filter((limiter) => limiter !== 'stale')
  return known.length < limiters.length ? 'stale' : [partition, ...known]
}

async function readCapacity(
  context: Context,
  state: ShardState,
  shard: Shard,
  queue: QueueConfig,
): Promise<Capacity | 'stale'> {
  const owner = await readOwner(context, shard, state)
  if (await isFromBefore(context, queue, owner)) {
    await takeOver(context, queue, shard, owner)
    return 'stale'
  }
  if (lacksDerived(queue, owner)) {
    await keepDerived(context, queue, owner)
    return 'stale'
  }
  const now = context.clock.now()
  const capacity = capacityOf({ shard, configured: queue, owner, state, now })
  if (capacity === 'stale') {
    const borrowed = state.borrowed ?? {}
    await restoreLoans(context, state, { owner, configured: queue, borrowed, self: borrowerOf(shard) })
  }
  return capacity
}

/** What a limiter's items say that does not fit is put right, and then all is read again. */
async function readLimiter(
  context: Context,
  known: KnownOfShard,
  limiter: QueueLimiter,
): Promise<Capacity | 'stale'> {
  const { state, shard } = known
  const { capacity, ...items } = await limiterSeen(context, known, limiter)
  if (await mendChunk(context, limiter, items)) return 'stale'
  if (capacity === 'stale') {
    const borrowed = borrowedIn(state, { shard, limiter })
    await restoreLoans(context, state, {
      owner: items.owner,
      configured: limiter,
      borrowed,
      self: state.shard,
    })
  }
  return capacity
}
