/** Reads the item of another shard: if that is damaged, somebody hears of it, and this shard goes on. */
import { DamagedStateError } from '../../core/errors.ts'
import type { ShardKey } from '../../core/keys.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'

export async function readUnlessDamaged(
  { store, events }: Context,
  shard: ShardKey,
): Promise<ShardState | 'damaged' | undefined> {
  try {
    return await store.states.read(shard)
  } catch (error) {
    if (!(error instanceof DamagedStateError)) throw error
    events.emit({ kind: 'shard damaged', shard, error })
    return 'damaged'
  }
}
