/** Changes of books and of what is borrowed, as callers make them of a state: lent more, given back, paid back, in line. */
import { type LineChange, type LoanChange, RESOURCES, type Resource } from '../../lib/core/limits/books.ts'
import type { Borrowed, Loan } from '../../lib/core/limits/limiter.ts'
import type { BorrowedUnits, ShardState } from '../../lib/core/shard/state.ts'
import type { BooksWrite } from '../../lib/ports/store.ts'
import { borrowed, loan } from '../support/builders.ts'
import { at, bit, type Intent } from './intent.ts'

const BORROWERS: readonly string[] = ['0', '1', '17', '99']

/** Each change by its own bit, so that some writes change nothing, and some all that there is. */
export function booksOf(state: ShardState, { bits, other, token, time }: Intent): BooksWrite {
  const loans = RESOURCES.flatMap((resource, n): LoanChange[] =>
    [0, 1]
      .filter((k) => bit(bits, 2 * n + k))
      .map((k) => loanChange(state, resource, at(BORROWERS, other + k), token + k + n)),
  )
  const line = RESOURCES.flatMap((resource, n): LineChange[] =>
    bit(bits, 4 + n)
      ? [{ resource, borrower: at(BORROWERS, token), turn: bit(bits, 6 + n) ? undefined : time }]
      : [],
  )
  const isTouch = loans.length + line.length === 0
  const touched: LineChange = { resource: 'slots', borrower: 'plain', turn: 1 }
  return {
    loans,
    line: isTouch && !mayTouch(state) ? [touched] : line,
    isLending: bit(bits, 8),
    expiresAt: 2_000_000_000 + bits,
  }
}

/** Nobody writes books to change nothing at all. */
const mayTouch = ({ books, expiresAt }: ShardState): boolean => books !== undefined && expiresAt !== undefined

function loanChange(state: ShardState, resource: Resource, borrower: string, what: number): LoanChange {
  const was = state.books?.[resource].loans[borrower]
  return { resource, borrower, was, is: was ? after(was, what) : loan(`l${what % 3}`, 1 + what) }
}

/** Lent more, given back, paid back, or another loan. */
function after({ id, lent, returned }: Loan, what: number): Loan | undefined {
  if (what % 4 === 0) return undefined
  if (what % 4 === 1) return loan(id, lent, Math.min(lent, returned + 1))
  return what % 4 === 2 ? loan(id, lent + what, returned) : loan(`l${what % 3}`, what, 0)
}

export function borrowedOf(
  { borrowed: before = {} }: ShardState,
  token: number,
  other: number,
): BorrowedUnits {
  const entries = RESOURCES.flatMap((resource, n): [Resource, Borrowed][] =>
    (token + n) % 3 === 0 ? [] : [[resource, unitsAfter(before[resource], other + n)]],
  )
  return Object.fromEntries(entries)
}

function unitsAfter(before: Borrowed | undefined, what: number): Borrowed {
  if (!before) return borrowed(`l${what % 3}`, what)
  return what % 2 === 0
    ? borrowed(before.id, before.got + what, before.returned)
    : borrowed(before.id, before.got, Math.min(before.got, before.returned + what))
}
