/** A slow-down that a handler has asked for, on its way into the partition's plain shard. */
import { isPlain, parseShard, type ShardKey } from '../../core/keys.ts'
import { type LimiterName, limiterKey } from '../../core/limits/queue-limiter.ts'
import { ownerOf } from '../../core/limits/shards.ts'
import { laterOf, type SlowDown } from '../../core/limits/slow-down.ts'
import { keptUntil } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import type { PassRequest } from './request.ts'

const isPlainKey = (key: ShardKey): boolean => {
  const shard = parseShard(key)
  return shard.ok && isPlain(shard.value)
}

/** The plain shard itself says it in the write of its own pass, and costs nothing more. */
export function withSlow(state: ShardState, { shard, released }: PassRequest): ShardState {
  const slow = released?.slow
  return slow && isPlainKey(shard) ? { ...state, slowed: laterOf(state.slowed, slow) } : state
}

/** Any other shard has it written before its slot is free: the pass that frees it reads the plain shard. */
export async function slowOwner({ store }: Context, key: ShardKey, slow: SlowDown): Promise<void> {
  const shard = parseShard(key)
  if (!shard.ok || isPlain(shard.value)) return
  await slowIfLater({ store }, ownerOf(shard.value), slow)
}

/** If no pass could say it. */
export async function slowAtLeast(
  context: Context,
  key: ShardKey,
  slow: SlowDown | undefined,
): Promise<void> {
  if (slow && isPlainKey(key)) await slowIfLater(context, key, slow)
}

/** Written before the slot is free: the pass that frees it reads the limiter's item, and so does any later one that needs it. */
export const slowLimiterAtLeast = (
  context: Pick<Context, 'store'>,
  name: LimiterName,
  slow: SlowDown,
): Promise<void> => slowIfLater(context, limiterKey(name), slow, keptUntil(slow.until))

async function slowIfLater(
  { store }: Pick<Context, 'store'>,
  owner: ShardKey,
  slow: SlowDown,
  expiresAt?: number,
): Promise<void> {
  const { slowed } = (await store.states.read(owner)) ?? {}
  if (laterOf(slowed, slow) === slow) await store.states.slowDown(owner, slow, expiresAt)
}
