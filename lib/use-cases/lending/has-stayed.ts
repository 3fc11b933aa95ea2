/** Whether what was read of an item is still so: then it holds at a later time than whatever was read in between. */
import { booksOf, type Resource } from '../../core/limits/books.ts'
import type { Borrower } from '../../core/limits/limiter.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'

export const hasStayed = async (
  { store }: Pick<Context, 'store'>,
  { shard, version }: ShardState,
): Promise<boolean> => (await store.states.read(shard))?.version === version

/** Its version says nothing of that: what comes back, and what goes on from one to the next, leaves it as it was. */
export async function isStillLent(
  { store }: Pick<Context, 'store'>,
  owner: ShardState,
  resource: Resource,
  borrower: Borrower,
): Promise<boolean> {
  const idIn = (item: Pick<ShardState, 'books'>) => booksOf(item)[resource].loans[borrower]?.id
  return idIn((await store.states.read(owner.shard)) ?? {}) === idIn(owner)
}
