/** A pass has written: what becomes of the books after that takes nothing of it back. */
import type { ShardKey } from '../../core/keys.ts'
import type { Context } from '../context.ts'
import type { Settled } from '../lending/settle.ts'
import { lookSoon } from './send.ts'

/** What has been claimed is claimed: if the books cannot be settled now, the next pass over the shard does it. */
export async function settleSafely(
  context: Context,
  shard: ShardKey,
  action: () => Promise<Settled>,
): Promise<Settled> {
  const { failure, ...settled } = await action()
  if (!failure) return settled
  context.events.emit({ kind: 'books not settled', shard, error: failure.error })
  await lookSoon(context, shard)
  return settled
}
