/**
 * A job that needs units of several limiters gets those of all in the writes that serve its shard: what a job that has ended gives
 * back to the first of them serves the next in its line, and what it gives back to the others goes along to the same shard.
 */
import { changed, type LoanChange } from './books.ts'
import { jobsOf, type Partition, unitsOfOneJob, unitsToBorrow } from './lending.ts'
import { type Borrower, type LoanId, lendMore } from './limiter.ts'

/** A shard that a visit has served at another limiter, whose units it can use only with those of this one. */
export interface Along {
  readonly borrower: Borrower
  /** For how many jobs it has units there. */
  readonly jobs: number
  /** Of the job for which it waited. */
  readonly priority: number
}

/**
 * Each gets no more than it would borrow itself a moment later, so it passes by nobody that waits here.
 * @param partition with the books after its line has been served
 */
export function lendAlong(
  partition: Partition,
  along: readonly Along[],
  newId: () => LoanId,
): readonly LoanChange[] {
  const loans: LoanChange[] = []
  let now = partition
  for (const one of along) {
    if (!mayFollow(now, one)) continue
    const { borrower } = one
    const was = now.books.slots.loans[borrower]
    const is = lendMore(was, unitsOfOneJob(now, 'slots', borrower), newId())
    const loan: LoanChange = { resource: 'slots', borrower, was, is }
    loans.push(loan)
    now = { ...now, books: changed(now.books, { loans: [loan], line: [] }) }
  }
  return loans
}

function mayFollow(partition: Partition, { borrower, jobs, priority }: Along): boolean {
  if (jobsOf(partition, 'slots', borrower) >= jobs) return false
  const seen = { ...partition, waiting: [priority] }
  return unitsToBorrow(seen, 'slots', borrower) >= unitsOfOneJob(partition, 'slots', borrower)
}
