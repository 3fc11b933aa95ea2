/** The item of a shard, or of what lends to it. */
import type { ShardKey } from '../core/keys.ts'
import { emptyState, type ShardState } from '../core/shard/state.ts'
import type { StateStore } from '../ports/store.ts'

/** As it stands there, or as one that nobody has written. */
export const readState = async (states: Pick<StateStore, 'read'>, key: ShardKey): Promise<ShardState> =>
  (await states.read(key)) ?? emptyState(key)
