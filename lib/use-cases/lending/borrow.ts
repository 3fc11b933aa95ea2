/** A shard that has work for more units than it has borrows what is free, and then what others have and do not use. */
import { type LoanChange, RESOURCES, type Resource } from '../../core/limits/books.ts'
import { capOf, type Units } from '../../core/limits/in-force.ts'
import { idAhead, lendAhead } from '../../core/limits/lend-ahead.ts'
import { PLAIN, unitsOfOneJob, unitsToBorrow } from '../../core/limits/lending.ts'
import { afterReturn, type Loan, lendMore } from '../../core/limits/limiter.ts'
import { booksKeptUntil } from '../../core/shard/expiry.ts'
import { CONFLICT_PAUSE_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { type Capacity, withBooks } from './capacity.ts'
import { newLoanId } from './loan-id.ts'
import { readAgain } from './read-again.ts'
import { writeBooks } from './write-books.ts'

/** Many shards borrow of one item: the one that is late reads that again, and not its own jobs, too. */
const TRIES = 5

/**
 * Borrows what is free of the units that are wanted more.
 * @param wantedOf how many, by the books as they are then
 * @returns `'stale'` if somebody was faster all the time, or the shard has changed: all has to be read again
 */
export async function borrowFree(
  context: Context,
  capacity: Capacity,
  wantedOf: (capacity: Capacity) => Units,
): Promise<Capacity | 'stale'> {
  let now: Capacity | 'stale' = capacity
  for (let tries = 0; now !== 'stale' && tries < TRIES; tries++) {
    const lent = await borrowOnce(context, now, wantedOf(now))
    if (lent !== 'stale') return lent
    const pause_ms = context.random.number() * CONFLICT_PAUSE_MS * (tries + 1)
    await context.clock.sleep(Math.round(pause_ms))
    now = await readAgain(context, now)
  }
  return 'stale'
}

/** Puts on record what a shard uses already, whatever that comes to: nobody claims anything then until it is within the limit. */
export async function cover(
  context: Context,
  capacity: Capacity,
  units: number,
): Promise<Capacity | 'stale'> {
  const { was, told } = ownLoan(capacity, 'slots')
  const is = lendMore(told, units, newLoanId(context, capacity.chunk?.number))
  return lend(context, capacity, [{ resource: 'slots', borrower: capacity.self, was, is }])
}

async function borrowOnce(context: Context, capacity: Capacity, wanted: Units): Promise<Capacity | 'stale'> {
  const loans = RESOURCES.flatMap((resource) => freeLoan(context, capacity, resource, wanted[resource]))
  return loans.length === 0 ? capacity : lend(context, capacity, [...loans, ...loansAhead(context, capacity)])
}

/** A condition for each of them says that it has none: whoever is late reads that it has, and needs nothing more. */
function loansAhead(context: Context, capacity: Capacity): LoanChange[] {
  const { borrowers, units } = lendAhead(capacity)
  return borrowers.map((borrower) => ({
    resource: 'slots',
    borrower,
    was: undefined,
    is: lendMore(undefined, units, idAhead(newLoanId(context))),
  }))
}

async function lend(
  context: Context,
  capacity: Capacity,
  loans: readonly LoanChange[],
): Promise<Capacity | 'stale'> {
  const outcome = await writeBooks(context, capacity, {
    loans,
    line: [],
    isLending: true,
    ...(loans.every(({ resource }) => isEndless(capacity, resource)) ? { isCovered: true } : {}),
    expiresAt: booksKeptUntil(capacity.owner, capacity.limits.rateLimit, context.clock.now()),
  })
  return outcome.kind === 'conflict' ? 'stale' : withBooks(capacity, outcome.owner)
}

const isEndless = ({ limits }: Capacity, resource: Resource): boolean =>
  !Number.isFinite(capOf(limits, resource))

function freeLoan(context: Context, capacity: Capacity, resource: Resource, wanted: number): LoanChange[] {
  const { self } = capacity
  if (self === PLAIN) return []
  const ofOneJob = unitsOfOneJob(capacity, resource, self)
  const units = ofOneJob * Math.floor(Math.min(wanted, unitsToBorrow(capacity, resource, self)) / ofOneJob)
  if (units <= 0) return []
  const { was, told } = ownLoan(capacity, resource)
  return [
    { resource, borrower: self, was, is: lendMore(told, units, newLoanId(context, capacity.chunk?.number)) },
  ]
}

/** The shard's own loan as it stands in the books, and after they have been told what it has returned. */
export function ownLoan(
  { self, books, borrowed }: Pick<Capacity, 'self' | 'books' | 'borrowed'>,
  resource: Resource,
): { readonly was: Loan | undefined; readonly told: Loan | undefined } {
  const was = books[resource].loans[self]
  const known = borrowed[resource]
  return { was, told: was && known ? afterReturn(was, known) : was }
}
