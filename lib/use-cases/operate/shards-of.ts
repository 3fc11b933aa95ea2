/** The shards of a partition in which there may be jobs, as far as its configuration and its plain shard's item say. */
import { DamagedStateError } from '../../core/errors.ts'
import type { Shard, ShardKey } from '../../core/keys.ts'
import { NO_BOOKS, RESOURCES } from '../../core/limits/books.ts'
import { borrowersOf, ownerOf, shardOf } from '../../core/limits/shards.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import type { Store } from '../../ports/store.ts'

/**
 * The plain one first. A raw put may name any shard, and a deploy may change how many there are, but jobs run where they
 * lie: whatever shard has been at work is in the books.
 */
export async function shardsOf(
  { store }: { readonly store: Pick<Store, 'states'> },
  { shards }: Pick<QueueConfig, 'shards'>,
  partition: Shard,
): Promise<readonly ShardKey[]> {
  const plain = ownerOf(partition)
  const books = await booksOf(store, plain)
  const known = RESOURCES.flatMap((resource) => {
    const { loans, line } = books[resource]
    return [...Object.keys(loans), ...Object.keys(line)].map((name) => shardOf(partition, name))
  })
  return [...new Set([plain, ...borrowersOf(partition, shards), ...known])]
}

/** A damaged item is another's trouble. */
async function booksOf({ states }: Pick<Store, 'states'>, plain: ShardKey) {
  try {
    return (await states.read(plain))?.books ?? NO_BOOKS
  } catch (error) {
    if (error instanceof DamagedStateError) return NO_BOOKS
    throw error
  }
}
