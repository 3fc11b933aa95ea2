/** Whether an item is still as it was read: then that holds at a later time than whatever was read in between. */
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'

export const hasStayed = async (
  { store }: Pick<Context, 'store'>,
  { shard, version }: ShardState,
): Promise<boolean> => (await store.states.read(shard))?.version === version
