/**
 * What a shard writes into its partition's books after a pass: what it has given back, whether it stands in the line, and
 * to which shards free units go.
 */
import { DEFAULT_PRIORITY } from '../keys.ts'
import { type Along, lendAlong } from './along.ts'
import {
  type Books,
  type BooksChange,
  changed,
  type LineChange,
  type LoanChange,
  RESOURCES,
  type Resource,
} from './books.ts'
import { afterGetting, freeAmong, isGuaranteedAny } from './guarantee.ts'
import { isMetered } from './in-force.ts'
import { freeUnits, jobsOf, lines, PLAIN, unfilledOf, unitsOfOneJob } from './lending.ts'
import { afterReturn, type Borrower, type LoanId, lastTurn, lendMore, outstanding } from './limiter.ts'
import { type Place, placeAt, priorityIn, turnIn } from './place.ts'
import type { Lack, Portion } from './portion.ts'

export interface Settlement extends BooksChange {
  /** More is lent than has just come back. */
  readonly isLending: boolean
  /** The shard has come to stand in a line, or further in front there, for a better job has come. */
  readonly hasEntered: boolean
  /** The shards that have been served, and have to be visited. */
  readonly served: readonly Borrower[]
}

/** What came of a shard's pass. */
export interface Result {
  readonly lack: Lack
  readonly hasClaimed: boolean
  /** Shards that the same visit has served elsewhere, and that need as much here. */
  readonly along?: readonly Along[]
}

/** @param portion with the books as they were read, and what the shard has borrowed after its pass */
export function settle(portion: Portion, result: Result, newId: () => LoanId): Settlement {
  const parts = RESOURCES.map((resource) => settleOne(portion, resource, result, newId))
  return {
    loans: parts.flatMap(({ loans }) => loans),
    line: parts.flatMap(({ line }) => line),
    isLending: parts.some(({ isLending }) => isLending),
    hasEntered: parts.some(({ hasEntered }) => hasEntered),
    served: [...new Set(parts.flatMap(({ served }) => served))],
  }
}

function settleOne(
  portion: Portion,
  resource: Resource,
  { lack, hasClaimed, along = [] }: Result,
  newId: () => LoanId,
): Settlement {
  const told = tell(portion, resource)
  const hadTurn = portion.self === PLAIN ? hasClaimed : told.length > 0
  const place = takePlace(portion, resource, lack[resource] && !lack.isKeptOut, hadTurn)
  const books = changed(portion.books, { loans: told, line: place })
  const back =
    outstandingIn(portion, resource, portion.self) - outstanding(books[resource].loans[portion.self])
  const served = serve({ ...portion, books }, resource, newId)
  // They cost no write of their own: without one here, each borrows itself.
  const isWritten = told.length + place.length + served.loans.length > 0
  const room = resource === 'slots' && isWritten ? MOST_SERVED - served.served.length : 0
  const next = along.slice(0, room)
  const followers =
    next.length > 0 ? lendAlong({ ...portion, books: changed(books, served) }, next, newId) : []
  const lent = [...served.loans, ...followers]
  return {
    loans: [...told, ...lent],
    line: [...place, ...served.line],
    isLending: unitsLent(lent) > back || (isKeptBack(portion) && lent.length > 0),
    hasEntered: place.some(({ turn }) => isFurtherInFront(portion.books[resource].line[portion.self], turn)),
    served: [...served.served, ...followers.map(({ borrower }) => borrower)],
  }
}

const unitsLent = (loans: readonly LoanChange[]): number =>
  loans.reduce((units, { was, is }) => units + outstanding(is) - outstanding(was), 0)

/**
 * What is guaranteed to its partition and comes back may have to stay free: whether it may go to others depends on what all
 * have, as if it were lent anew.
 */
const isKeptBack = ({ guaranteed, self }: Portion): boolean => isGuaranteedAny(guaranteed, self)

const outstandingIn = ({ books }: Portion, resource: Resource, borrower: Borrower): number =>
  outstanding(books[resource].loans[borrower])

/** What the shard has given back, and the books do not know yet. */
function tell({ self, books, borrowed }: Portion, resource: Resource): LoanChange[] {
  const was = books[resource].loans[self]
  const known = borrowed[resource]
  if (!was || !known) return []
  const is = afterReturn(was, known)
  return is?.returned === was.returned ? [] : [{ resource, borrower: self, was, is }]
}

/**
 * A shard that lacks units comes to stand in the line; one that has given one back goes to its end. Its place has the priority of
 * its next job: with an earlier one it would be served before its turn, or too late.
 */
function takePlace(portion: Portion, resource: Resource, lacks: boolean, hadTurn: boolean): LineChange[] {
  const { self, books, waiting } = portion
  if (!lacks) return []
  const was = books[resource].line[self]
  const priority = waiting?.[0] ?? (was === undefined ? DEFAULT_PRIORITY : priorityIn(was))
  const stays = was !== undefined && !hadTurn
  if (stays && priorityIn(was) === priority) return []
  const turn = stays ? turnIn(was) : lastTurn(books[resource])
  return [{ resource, borrower: self, turn: placeAt(priority, turn) }]
}

const isFurtherInFront = (was: Place | undefined, is: Place | undefined): boolean =>
  is !== undefined && (was === undefined || priorityIn(is) < priorityIn(was))

/**
 * The places that a shard leaves because it lacks nothing more. It leaves *before* the write of its pass: another pass that
 * has relied on such a place has read the item before that write, and loses, or has won by now, and then this visit looks
 * again. After the write, it might leave a place that another pass needs.
 */
export const placesToLeave = (portion: Portion, lack: Lack): LineChange[] =>
  RESOURCES.filter((resource) => !lack[resource]).flatMap((resource) =>
    leaving(portion.books, resource, portion.self),
  )

/** Gives up a place, if there is one. */
export const leaving = (books: Books, resource: Resource, borrower: Borrower): LineChange[] =>
  books[resource].line[borrower] === undefined ? [] : [{ resource, borrower, turn: undefined }]

/** DynamoDB takes expressions of 4 KB. A shard that is served looks whether there are more free units, and serves the next. */
const MOST_SERVED = 25

/**
 * Nobody is passed by, however little the next would need: a job that uses many units would wait for ever. What is kept for
 * partitions that it is guaranteed to goes to nobody else. Worse priorities get nothing before those that wait with the best one
 * have looked whether they need more.
 */
function nextServed(portion: Portion, resource: Resource): Borrower[] {
  const served: Borrower[] = []
  let free = Math.max(0, freeUnits(portion, resource) - (portion.isOwed ? 1 : 0))
  let unfilled = unfilledOf(portion, resource)
  const { line } = portion.books[resource]
  const { guaranteed, others } = lines(portion, resource)
  const priorityOf = (borrower: Borrower | undefined) => priorityIn(line[borrower ?? PLAIN] ?? 0)
  const best = others.filter((borrower) => priorityOf(borrower) === priorityOf(others[0]))
  for (const borrower of [...guaranteed, ...best]) {
    if (borrower === portion.self) continue
    const units = unitsOfOneJob(portion, resource, borrower)
    if (units > freeAmong(free, unfilled, borrower) || served.length === MOST_SERVED) break
    free -= units
    unfilled = afterGetting(unfilled, borrower, units)
    served.push(borrower)
  }
  return served
}

/** Each shard that waits gets what one job needs of the free units, for as many as there are. The plain shard needs no loan. */
function serve(
  portion: Portion,
  resource: Resource,
  newId: () => LoanId,
): BooksChange & { readonly served: readonly Borrower[] } {
  if (!isMetered(portion.limits, resource)) return { loans: [], line: [], served: [] }
  const served = nextServed(portion, resource)
  const lent = served.filter((borrower) => borrower !== PLAIN)
  const { loans, line } = portion.books[resource]
  const last = lastTurn(portion.books[resource])
  const isFull = (borrower: Borrower): boolean =>
    jobsOf(portion, resource, borrower) + 1 >= (portion.mostJobsOf?.(borrower) ?? Number.POSITIVE_INFINITY)
  return {
    loans: lent.map((borrower) => {
      const was = loans[borrower]
      return {
        resource,
        borrower,
        was,
        is: lendMore(was, unitsOfOneJob(portion, resource, borrower), newId()),
      }
    }),
    // One that can use no more leaves now, which spares it a write of its own; the others go to the end.
    line: lent.map((borrower, index) => {
      const priority = priorityIn(line[borrower] ?? 0)
      return { resource, borrower, turn: isFull(borrower) ? undefined : placeAt(priority, last + index) }
    }),
    served,
  }
}
