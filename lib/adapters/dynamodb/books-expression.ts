/** The one conditional write of a plain shard's books. */
import { type Books, changed, type LoanChange, NO_BOOKS, RESOURCES } from '../../core/limits/books.ts'
import { isNew } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { BooksWrite } from '../../ports/store.ts'
import { fromLoan } from './books-item.ts'
import { sameDerived } from './derived.ts'
import { UpdateExpression } from './expression.ts'
import { sameOverride, sameVersion } from './pass-expression.ts'

export function booksExpression(owner: ShardState, write: BooksWrite): UpdateExpression {
  const update = new UpdateExpression()
  const isLimited = write.isLending && !write.isCovered
  // Race: somebody has lent free units, or claimed jobs into them, since the books were read.
  if (isLimited || isNew(owner)) sameVersion(update, owner)
  // Race: somebody has set a limit since.
  if (write.isLending || isNew(owner)) sameOverride(update, owner)
  // Race: somebody has set the rate of an app since.
  if (write.isLending || isNew(owner)) sameDerived(update, owner)
  if (isLimited) update.increase(update.path('version'), 1)
  if (owner.books) changeBooks(update, write)
  else openBooks(update, write)
  if (write.override) update.set(update.path('override'), write.override).remove(update.path('expiresAt'))
  // Somebody has written an override by hand, in an item that would go.
  else if (owner.override && owner.expiresAt !== undefined) stay(update, owner)
  else keepUntil(update, owner, write)
  return update
}

function keepUntil(update: UpdateExpression, owner: ShardState, { expiresAt }: BooksWrite): void {
  const hadExpiry = owner.expiresAt !== undefined
  // Race: the item has to stay by now, for somebody has set a limit, or jobs wait.
  if (hadExpiry) update.condition(`attribute_exists(${update.path('expiresAt')})`)
  if (hadExpiry || isNew(owner)) update.set(update.path('expiresAt'), expiresAt)
}

function stay(update: UpdateExpression, owner: ShardState): void {
  // Race: somebody has taken it back since, and the item may go.
  sameOverride(update, owner)
  update.remove(update.path('expiresAt'))
}

/** Race: somebody else has opened them since. */
function openBooks(update: UpdateExpression, write: BooksWrite): void {
  const books = changed(NO_BOOKS, write)
  const loans = update.path('loans')
  update.condition(`attribute_not_exists(${loans})`)
  update.set(
    loans,
    mapOf((resource) => mapLoans(books, resource)),
  )
  update.set(
    update.path('line'),
    mapOf((resource) => books[resource].line),
  )
}

const mapOf = (of: (resource: keyof Books) => unknown) =>
  Object.fromEntries(RESOURCES.map((resource) => [resource, of(resource)]))

const mapLoans = (books: Books, resource: keyof Books) =>
  Object.fromEntries(
    Object.entries(books[resource].loans).map(([borrower, loan]) => [borrower, fromLoan(loan)]),
  )

function changeBooks(update: UpdateExpression, { loans, line }: BooksWrite): void {
  // Race: the item has expired, or somebody deleted it, and there are no books to change.
  update.condition(`attribute_exists(${update.path('loans')})`)
  for (const change of loans) changeLoan(update, change)
  for (const { resource, borrower, turn } of line) {
    const path = update.path('line', resource, borrower)
    if (turn === undefined) update.remove(path)
    else update.set(path, turn)
  }
}

/** Race: the loan is another by now, or somebody has lent or returned units of it. */
function changeLoan(update: UpdateExpression, { resource, borrower, was, is }: LoanChange): void {
  const path = update.path('loans', resource, borrower)
  update.condition(was ? `${path} = ${update.value(fromLoan(was))}` : `attribute_not_exists(${path})`)
  if (is) update.set(path, fromLoan(is))
  else update.remove(path)
}
