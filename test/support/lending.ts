/** Short ways to write down loans, books and portions in tests. */
import { type Books, NO_BOOKS } from '../../lib/core/limits/books.ts'
import type { Units } from '../../lib/core/limits/in-force.ts'
import { PLAIN } from '../../lib/core/limits/lending.ts'
import type { Borrowed, Limiter, Loan, LoanId } from '../../lib/core/limits/limiter.ts'
import type { Portion, Usage } from '../../lib/core/limits/portion.ts'

export const loanId = (text: string): LoanId => text as LoanId

export const loan = (id: string, lent: number, returned = 0): Loan => ({ id: loanId(id), lent, returned })

export const borrowed = (id: string, got: number, returned = 0): Borrowed => ({
  id: loanId(id),
  got,
  returned,
})

/** Books of slots only. */
export const slotBooks = (loans: Limiter['loans'], line: Limiter['line'] = {}): Books => ({
  ...NO_BOOKS,
  slots: { loans, line },
})

export const NONE: Units = { slots: 0, starts: 0 }
export const slots = (count: number): Units => ({ ...NONE, slots: count })

/** The plain shard of a partition with ten slots, of which nobody has any. */
export const portionOf = (part: Partial<Portion> = {}): Portion => ({
  limits: { concurrency: 10 },
  books: NO_BOOKS,
  ownUse: NONE,
  self: PLAIN,
  borrowed: {},
  ...part,
})

export const usage = (inUse: Units, freed: Units = NONE): Usage => ({ inUse, freed })
