/**
 * Who else gets units when a shard of a partition without a limit borrows. There is enough for all, so each would borrow once,
 * all of the same item. Instead each that does borrows for some that have not yet: a partition that is used by many shards has lent to all
 * of them after four or five writes, and one that is used by few has not paid for many.
 */
import { capOf, mostUnits } from './in-force.ts'
import type { Borrower, LoanId } from './limiter.ts'
import type { Portion } from './portion.ts'
import { isLaneName } from './shards.ts'

/** For each that has units already. */
const AHEAD_OF_EACH = 4
/** DynamoDB takes expressions of 4 KB: a condition for each loan, of some 35 characters. */
export const MOST_AHEAD = 64

/** Its id says that nobody has asked for it: until it has arrived, nobody is about to use it. */
const MARK = '~'
export const idAhead = (id: LoanId): LoanId => `${MARK}${id}` as LoanId
export const isLentAhead = (id: LoanId): boolean => id.startsWith(MARK)

export interface Ahead {
  readonly borrowers: readonly Borrower[]
  /** Slots of each. */
  readonly units: number
}

/**
 * Those that follow the one that borrows: simultaneous ones are seldom in each other's way. Nothing for lanes, of which there may
 * be any number.
 */
export function lendAhead({ self, limits, books: { slots }, shards = 1 }: Portion): Ahead {
  const units = mostUnits(limits, 'slots')
  if (Number.isFinite(capOf(limits, 'slots')) || isLaneName(self)) return { borrowers: [], units }
  const others = Array.from({ length: shards - 1 }, (_, n) => String((Number(self) + 1 + n) % shards))
  const most = Math.min(MOST_AHEAD, AHEAD_OF_EACH * Object.keys(slots.loans).length)
  return { borrowers: others.filter((name) => slots.loans[name] === undefined).slice(0, most), units }
}
