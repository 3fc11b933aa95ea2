/**
 * Capacity is lent. A limit that covers several shards is a *limiter*: it lends units to shards, and a shard claims
 * only within what it has been lent. What a limiter has lent to a shard is one loan with an id and two counters that
 * only grow: `lent` is counted up by the limiter alone, `returned` by the shard alone, and each tells the other. So every
 * message may come twice or late, one of an earlier loan finds another id, and always
 *
 *     cap ≥ Σ (lent − returned as the limiter knows) ≥ Σ (got − returned as the shard knows) ≥ units in use
 *
 * for the rule is: lend before use, stop using before return. A function that dies in between leaves books that
 * differ on the safe side, and the next one that looks puts them right.
 */
import { type Place, turnIn } from './place.ts'

declare const loanBrand: unique symbol
export type LoanId = string & { readonly [loanBrand]: true }

/** A shard that a limiter lends to, by a short name that is unique in its item. */
export type Borrower = string

/** What a limiter has lent to one shard, as the limiter knows it. */
export interface Loan {
  readonly id: LoanId
  readonly lent: number
  readonly returned: number
}

/** The same loan as the shard knows it: `got` is the `lent` that has arrived. */
export interface Borrowed {
  readonly id: LoanId
  readonly got: number
  readonly returned: number
}

export interface Limiter {
  readonly loans: Readonly<Record<Borrower, Loan>>
  /** The shards that wait to borrow, and their places. */
  readonly line: Readonly<Record<Borrower, Place>>
}

export const NOTHING_LENT: Limiter = { loans: {}, line: {} }

/** Units that a borrower has, as the limiter knows. */
export const outstanding = (loan: Loan | undefined): number => (loan ? loan.lent - loan.returned : 0)

/** Units that a shard has, and may use. */
export const held = (borrowed: Borrowed | undefined): number =>
  borrowed ? borrowed.got - borrowed.returned : 0

export const lentOut = ({ loans }: Limiter): number =>
  Object.values(loans).reduce((sum, loan) => sum + outstanding(loan), 0)

/** The loan after more units have been lent. */
export const lendMore = (loan: Loan | undefined, units: number, newId: LoanId): Loan =>
  loan ? { ...loan, lent: loan.lent + units } : { id: newId, lent: units, returned: 0 }

/** The loan after the limiter has heard what the shard has returned, or `undefined` if it is paid back and forgotten. */
export function afterReturn(loan: Loan, borrowed: Borrowed): Loan | undefined {
  if (borrowed.id !== loan.id) return loan
  const returned = Math.max(loan.returned, borrowed.returned)
  return returned >= loan.lent ? undefined : { ...loan, returned }
}

/**
 * What a shard has, after it has read its limiter's item: what was lent and has not arrived arrives now.
 * `'stale'` if the two do not fit: one was read before somebody changed both.
 */
export function arrived(
  borrowed: Borrowed | undefined,
  loan: Loan | undefined,
): { readonly borrowed?: Borrowed } | 'stale' {
  if (!loan) return held(borrowed) > 0 ? 'stale' : {}
  if (borrowed?.id === loan.id) return { borrowed: { ...borrowed, got: Math.max(borrowed.got, loan.lent) } }
  if (held(borrowed) > 0) return 'stale'
  return { borrowed: { id: loan.id, got: loan.lent, returned: loan.returned } }
}

/** The turn of a shard that enters the line at its end. */
export const lastTurn = ({ line }: Limiter): number => 1 + Math.max(0, ...Object.values(line).map(turnIn))

/**
 * Whether a shard that could use its unit itself gives it to one that waits: if that one has none, so that each has
 * its turn, or two fewer, so that all come to have the same. Equals keep what they have, for passing a unit costs writes.
 */
export const givesWay = (units: number, unitsOfWaiting: number): boolean =>
  unitsOfWaiting === 0 || units - unitsOfWaiting >= 2
