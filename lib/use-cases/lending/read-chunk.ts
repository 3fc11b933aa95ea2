/** One of a limiter's other chunks, as it is read to get units from. */
import type { ShardKey } from '../../core/keys.ts'
import { chunkKeyOf } from '../../core/limits/chunk-name.ts'
import { emptyState, type ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'
import { readUnlessDamaged } from './read-unless-damaged.ts'

export interface OtherChunk {
  readonly number: number
  readonly owner: ShardState
}

/** As it stands there, or as one that nobody has written. */
export const readPart = ({ store }: Pick<Context, 'store'>, root: ShardState, number: number) =>
  readState(store.states, chunkKeyOf(root.shard, number))

/** `undefined` for one whose item is damaged: nobody knows what it has. */
export async function readChunk(
  context: Context,
  root: ShardKey,
  number: number,
): Promise<OtherChunk | undefined> {
  const key = chunkKeyOf(root, number)
  const owner = await readUnlessDamaged(context, key)
  return owner === 'damaged' ? undefined : { number, owner: owner ?? emptyState(key) }
}
