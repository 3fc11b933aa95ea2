/**
 * A limiter that was not divided once has lent to shards itself. What they have and do not use comes back to its own item, and goes to a
 * chunk from there: nobody who waits in a chunk sees them otherwise.
 */
import { booksOf } from '../../core/limits/books.ts'
import { isChunkName } from '../../core/limits/chunk-name.ts'
import type { Units } from '../../core/limits/in-force.ts'
import { outstanding } from '../../core/limits/limiter.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { type Collected, collect } from './collect.ts'
import type { Search } from './lender.ts'
import { withItems } from './limiter-capacity.ts'
import { readAgain } from './read-again.ts'

const lendsToShards = (root: ShardState): boolean =>
  Object.entries(booksOf(root).slots.loans).some(
    ([name, loan]) => !isChunkName(name) && outstanding(loan) > 0,
  )

/** If anything has come back, the next round finds it at the root. */
export async function collectAtRoot(
  context: Context,
  collected: Collected,
  wanted: Units,
  own: Search & { readonly state: ShardState },
): Promise<Collected | 'stale'> {
  const { capacity } = collected
  const { chunk } = capacity
  if (!chunk || chunk.number === 0 || !lendsToShards(chunk.root)) return collected
  const { root } = chunk
  const atRoot = withItems(capacity, { owner: root, root, number: 0 }, context.clock.now())
  const back = atRoot === 'stale' ? 'stale' : await collect(context, atRoot, wanted, own)
  const now = back === 'stale' ? 'stale' : await readAgain(context, capacity)
  if (back === 'stale' || now === 'stale') return 'stale'
  return { ...collected, capacity: now, ...(back.mayGetMore ? { mayGetMore: true } : {}) }
}
