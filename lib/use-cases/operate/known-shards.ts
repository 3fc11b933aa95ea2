/** The shards of a partition: those that have to hear of what somebody sets at run time, and those that people look at. */
import type { Shard, ShardKey } from '../../core/keys.ts'
import { RESOURCES } from '../../core/limits/books.ts'
import { borrowersOf, shardOf } from '../../core/limits/shards.ts'
import type { ShardState } from '../../core/shard/state.ts'

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
