/**
 * Puts back loans that the books have lost: the plain shard's item has expired or was deleted, and a shard still has units.
 * More may be out than the limit allows then. The books have to say so, for nobody claims anything until it has come back.
 */
import { type LoanChange, NO_BOOKS, RESOURCES } from '../../core/limits/books.ts'
import { limitsInForce } from '../../core/limits/in-force.ts'
import { arrived, type Borrower } from '../../core/limits/limiter.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { booksKeptUntil } from '../../core/shard/expiry.ts'
import type { BorrowedUnits, ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'

interface Lost {
  /** The item with the books, and what is configured of its limits. */
  readonly owner: ShardState
  readonly configured: Limits
  /** What the shard has, and its name in the books. */
  readonly borrowed: BorrowedUnits
  readonly self: Borrower
}

/** Called if the shard's item does not fit the books, which were read after it. Afterwards both have to be read again. */
export async function restoreLoans(context: Context, state: ShardState, lost: Lost): Promise<void> {
  const { owner, configured } = lost
  // Only if the shard's item has stayed the same until now, the books are wrong and not what was read of the shard.
  const now = await context.store.states.read(state.shard)
  if (now?.version !== state.version) return
  const { rateLimit } = limitsInForce(configured, owner, context.clock.now())
  await context.store.states.writeBooks(owner, {
    loans: lostLoans(lost),
    line: [],
    isLending: true,
    expiresAt: booksKeptUntil(owner, rateLimit, context.clock.now()),
  })
}

const lostLoans = ({ owner: { books = NO_BOOKS }, borrowed, self }: Lost): LoanChange[] =>
  RESOURCES.flatMap((resource) => {
    const known = borrowed[resource]
    const was = books[resource].loans[self]
    if (!known || arrived(known, was) !== 'stale') return []
    return [
      { resource, borrower: self, was, is: { id: known.id, lent: known.got, returned: known.returned } },
    ]
  })
