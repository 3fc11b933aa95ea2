/** A shard that lacks nothing more leaves its partition's line. */
import type { LineChange } from '../../core/limits/books.ts'
import { booksKeptUntil } from '../../core/shard/expiry.ts'
import type { Context } from '../context.ts'
import { type Capacity, withBooks } from './capacity.ts'
import { writeBooks } from './write-books.ts'

/** `'stale'` if the books are not what they were, and all has to be read again. */
export async function leaveLine(
  context: Context,
  capacity: Capacity,
  line: readonly LineChange[],
): Promise<Capacity | 'stale'> {
  if (line.length === 0) return capacity
  const { owner, limits } = capacity
  const expiresAt = booksKeptUntil(owner, limits.rateLimit, context.clock.now())
  const outcome = await writeBooks(context, capacity, { loans: [], line, isLending: false, expiresAt })
  return outcome.kind === 'conflict' ? 'stale' : withBooks(capacity, outcome.owner)
}
