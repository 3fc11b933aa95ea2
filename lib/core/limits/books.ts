/** The books of a partition: what its plain shard has lent to the others, and which of them wait to borrow. */
import { type Borrower, type Limiter, type Loan, NOTHING_LENT } from './limiter.ts'
import type { Place } from './place.ts'

/** What is lent: slots (jobs in flight) and starts (of the rate, in any window). */
export const RESOURCES = ['slots', 'starts'] as const
export type Resource = (typeof RESOURCES)[number]
export type Books = Readonly<Record<Resource, Limiter>>

export const NO_BOOKS: Books = { slots: NOTHING_LENT, starts: NOTHING_LENT }

/** What an item has of them, which may be nothing yet. */
export const booksOf = ({ books }: { readonly books?: Books }): Books => books ?? NO_BOOKS

/** One loan: what it was when the books were read, and what it becomes. */
export interface LoanChange {
  readonly resource: Resource
  readonly borrower: Borrower
  readonly was: Loan | undefined
  readonly is: Loan | undefined
}

/** A place in the line, or none any more. */
export interface LineChange {
  readonly resource: Resource
  readonly borrower: Borrower
  readonly turn: Place | undefined
}

export interface BooksChange {
  readonly loans: readonly LoanChange[]
  readonly line: readonly LineChange[]
}

/** The books after a change. */
export const changed = (books: Books, change: BooksChange): Books => ({
  slots: changedLimiter(books, change, 'slots'),
  starts: changedLimiter(books, change, 'starts'),
})

function changedLimiter(books: Books, change: BooksChange, resource: Resource): Limiter {
  const loans = new Map(Object.entries(books[resource].loans))
  const line = new Map(Object.entries(books[resource].line))
  for (const { borrower, is } of of(change.loans, resource))
    is ? loans.set(borrower, is) : loans.delete(borrower)
  for (const { borrower, turn } of of(change.line, resource))
    turn === undefined ? line.delete(borrower) : line.set(borrower, turn)
  return { loans: Object.fromEntries(loans), line: Object.fromEntries(line) }
}

const of = <Change extends { readonly resource: Resource }>(
  changes: readonly Change[],
  resource: Resource,
): Change[] => changes.filter((change) => change.resource === resource)

/**
 * Whether all that a change was to make already is so: then it has been made, by us or the like. A shard that was served by
 * it may have left the line since.
 */
export function isMade(books: Books | undefined, { loans, line }: BooksChange): boolean {
  const isServed = (change: LineChange) =>
    loans.some(({ resource, borrower }) => resource === change.resource && borrower === change.borrower)
  return (
    books !== undefined &&
    loans.length > 0 &&
    loans.every(({ resource, borrower, is }) => isSame(books[resource].loans[borrower], is)) &&
    line.every((change) => isServed(change) || books[change.resource].line[change.borrower] === change.turn)
  )
}

/** Whether nobody has changed any of the loans since. */
export const isUnchanged = (books: Books, { loans }: BooksChange): boolean =>
  loans.every(({ resource, borrower, was }) => isSame(books[resource].loans[borrower], was))

const isSame = (one: Loan | undefined, other: Loan | undefined): boolean =>
  one?.id === other?.id && one?.lent === other?.lent && one?.returned === other?.returned
