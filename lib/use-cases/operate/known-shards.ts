/** The shards of a partition: those that have to hear of what somebody sets at run time, and those that people look at. */
import type { Shard, ShardKey } from '../../core/keys.ts'
import { RESOURCES } from '../../core/limits/books.ts'
import { borrowersOf, ownerOf, shardOf } from '../../core/limits/shards.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Store } from '../../ports/store.ts'

/** All that jobs of a partition may lie in: by the configuration, and the lanes that have borrowed or wait. */
export async function shardsOf(
  { states }: Pick<Store, 'states'>,
  partition: Shard,
  shards: number,
): Promise<readonly ShardKey[]> {
  const owner = ownerOf(partition)
  // A damaged item is reported when it is looked at.
  const state = await states.read(owner).catch(() => undefined)
  const { borrowers, waiting } = state
    ? knownShards(partition, state, shards)
    : { borrowers: [], waiting: [] }
  return [...new Set([owner, ...borrowersOf(partition, shards), ...borrowers, ...waiting])]
}

/** Without books, all that the configuration has: an earlier version may have served them, and kept none. */
export function knownShards(
  shard: Shard,
  { books }: ShardState,
  shards: number,
): { readonly borrowers: readonly ShardKey[]; readonly waiting: readonly ShardKey[] } {
  if (!books) return { borrowers: borrowersOf(shard, shards), waiting: [] }
  const keysOf = (names: readonly string[]) => names.map((name) => shardOf(shard, name))
  return {
    borrowers: keysOf(RESOURCES.flatMap((resource) => Object.keys(books[resource].loans))),
    waiting: keysOf(RESOURCES.flatMap((resource) => Object.keys(books[resource].line))),
  }
}
