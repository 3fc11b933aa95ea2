/**
 * How loans stand in the State table. A plain shard's item has `loans` and `line`, each with a map for each resource; any
 * other shard's has `borrowed`, and one that limiters cover `borrowedFrom`, such a map for each. A loan is a list of three, `[id, lent, returned]`, since an item may hold a hundred.
 */
import * as z from 'zod'
import { parseShard } from '../../core/keys.ts'
import type { Books, Resource } from '../../core/limits/books.ts'
import { isChunkName } from '../../core/limits/chunk-name.ts'
import { PLAIN } from '../../core/limits/lending.ts'
import type { Borrowed, Limiter, Loan, LoanId } from '../../core/limits/limiter.ts'
import { isLimiterKey } from '../../core/limits/queue-limiter.ts'
import { isBorrowerName } from '../../core/limits/shards.ts'
import type { BorrowedFrom, BorrowedUnits } from '../../core/shard/state.ts'

/** Counters and turns only grow: one that cannot grow any more would be no whole number in the end. */
const MOST = 1e12
const count = z.int().min(0).max(MOST)
const loan = z
  .tuple([z.string().min(1), count, count])
  .refine(([, lent, returned]) => returned <= lent, 'more was returned than lent')
/** Each write changes one entry of a map, which therefore has to be there. */
const ofEach = <T extends z.ZodType>(schema: T) => z.object({ slots: schema, starts: schema })

export const loansSchema = ofEach(z.record(z.string(), loan))
export const lineSchema = ofEach(z.record(z.string(), count))

type Loans = z.output<typeof loansSchema>
type Line = z.output<typeof lineSchema>

/**
 * Who borrows is read as the name of a shard, and a wake-up goes there: in a plain shard's item its number or lane, in a limiter's
 * the whole name, or its own chunk. The plain shard itself may wait for what it has lent.
 */
export function areBorrowers(pk: string, loans: Loans | undefined, line: Line | undefined): boolean {
  const isOfLimiter = (name: string) => parseShard(name).ok || isChunkName(name)
  const isBorrower = isLimiterKey(pk) ? isOfLimiter : isBorrowerName
  const mayWait = (name: string) => isBorrower(name) || (name === PLAIN && !isLimiterKey(pk))
  return (
    Object.values(loans ?? {}).every((of) => Object.keys(of).every(isBorrower)) &&
    Object.values(line ?? {}).every((of) => Object.keys(of).every(mayWait))
  )
}

export const borrowedSchema = z.object({ slots: loan.optional(), starts: loan.optional() })
export const borrowedFromSchema = z.record(z.string(), borrowedSchema)

export const fromLoan = ({ id, lent, returned }: Loan): unknown[] => [id, lent, returned]

export const fromBorrowed = (borrowed: BorrowedUnits): Record<string, unknown[]> =>
  Object.fromEntries(
    Object.entries(borrowed).map(([resource, { id, got, returned }]) => [resource, [id, got, returned]]),
  )

export const fromBorrowedFrom = (borrowed: BorrowedFrom): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(borrowed).map(([name, units]) => [name, units ? fromBorrowed(units) : {}]),
  )

export function toBooks(
  loans: z.output<typeof loansSchema> | undefined,
  line: z.output<typeof lineSchema> | undefined,
): { readonly books?: Books } {
  if (!loans || !line) return {}
  const limiter = (resource: Resource): Limiter => ({
    loans: Object.fromEntries(
      Object.entries(loans[resource]).map(([borrower, [id, lent, returned]]) => [
        borrower,
        { id: id as LoanId, lent, returned },
      ]),
    ),
    line: line[resource],
  })
  return { books: { slots: limiter('slots'), starts: limiter('starts') } }
}

export function toBorrowed(borrowed: z.output<typeof borrowedSchema> | undefined): {
  readonly borrowed?: BorrowedUnits
} {
  return borrowed ? { borrowed: toUnits(borrowed) } : {}
}

export function toBorrowedFrom(borrowed: z.output<typeof borrowedFromSchema> | undefined): {
  readonly borrowedFrom?: BorrowedFrom
} {
  if (!borrowed) return {}
  const units = Object.entries(borrowed).map(([name, units]) => [name, toUnits(units)])
  return { borrowedFrom: Object.fromEntries(units) }
}

const toUnits = (borrowed: z.output<typeof borrowedSchema>): BorrowedUnits =>
  Object.fromEntries(
    Object.entries(borrowed).flatMap(([resource, loan]): [string, Borrowed][] =>
      loan ? [[resource, { id: loan[0] as LoanId, got: loan[1], returned: loan[2] }]] : [],
    ),
  )
