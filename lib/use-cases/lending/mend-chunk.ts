/** What a chunk's item and the root's say of each other that does not fit, since a function has died between two writes. */
import { booksOf, type LoanChange } from '../../core/limits/books.ts'
import { loanOfChunk, unitsOfChunk } from '../../core/limits/chunk.ts'
import { chunkName } from '../../core/limits/chunk-name.ts'
import { afterReturn, held, lendMore, lentOut } from '../../core/limits/limiter.ts'
import type { QueueLimiter } from '../../core/limits/queue-limiter.ts'
import { booksKeptUntil } from '../../core/shard/expiry.ts'
import type { Context } from '../context.ts'
import { hasStayed } from './has-stayed.ts'
import { untold } from './lender.ts'
import type { LimiterItems } from './limiter-capacity.ts'
import { newLoanId } from './loan-id.ts'
import { restoreLoans } from './restore.ts'

/** Whether there was something to mend. All has to be read again then. */
export async function mendChunk(
  context: Context,
  limiter: QueueLimiter,
  items: LimiterItems,
): Promise<boolean> {
  const { root, owner, number } = items
  if (number === 0) return false
  const self = chunkName(number)
  const units = unitsOfChunk(owner, root, number)
  if (units === 'stale') {
    const { borrowed = {} } = owner
    await restoreLoans(context, owner, { owner: root, configured: limiter, borrowed, self })
    return true
  }
  const was = loanOfChunk(root, number)
  const told = was && owner.borrowed?.slots ? afterReturn(was, owner.borrowed.slots) : was
  // Put on record, whatever that comes to: what shards had before the limiter covered them, or what books said that were lost.
  const short = lentOut(booksOf(owner).slots) - held(units.slots)
  if (short <= 0 && untold(was, owner.borrowed?.slots) === 0) return false
  // Only if the chunk's item has stayed the same until now, more is lent than it has, and not what was read of it.
  if (short > 0 && !(await hasStayed(context, owner))) return true
  const is = short > 0 ? lendMore(told, short, newLoanId(context)) : told
  const loans: LoanChange[] = [{ resource: 'slots', borrower: self, was, is }]
  const expiresAt = booksKeptUntil(root, undefined, context.clock.now())
  await context.store.states.writeBooks(root, { loans, line: [], isLending: short > 0, expiresAt })
  return true
}
