/** A limiter as a whole: its own item, and those of the chunks that it may be divided into. */
import { booksOf } from '../../core/limits/books.ts'
import { chunksIn } from '../../core/limits/chunk.ts'
import { chunkKeyOf, isChunkName } from '../../core/limits/chunk-name.ts'
import type { Limiter } from '../../core/limits/limiter.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'

export const chunkKeysIn = (root: ShardState) =>
  chunksIn(root).map((number) => chunkKeyOf(root.shard, number))

export const readChunks = ({ store }: Pick<Context, 'store'>, root: ShardState): Promise<ShardState[]> =>
  Promise.all(chunkKeysIn(root).map((key) => readState(store.states, key)))

/** What shards have, and wait for, wherever that stands. */
export function joinedBooks(parts: readonly ShardState[]): Limiter {
  const books = parts.map((part) => booksOf(part).slots)
  const loans = books.flatMap(({ loans }) => Object.entries(loans)).filter(([name]) => !isChunkName(name))
  return {
    loans: Object.fromEntries(loans),
    line: Object.fromEntries(books.flatMap(({ line }) => Object.entries(line))),
  }
}
