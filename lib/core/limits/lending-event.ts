/** What can happen between limiters and the shards that they lend to. A large partition's limiter is its plain shard. */
import type { ShardKey } from '../keys.ts'
import { type BooksChange, booksOf, type LoanChange, type Resource } from './books.ts'
import { type Borrower, outstanding } from './limiter.ts'
import type { LimiterName } from './limiter-name.ts'

export interface LendingEvents {
  /** One of its loans, or of the places in its line, is another now. Two who write the same word for word both say it. */
  readonly 'books changed': {
    readonly limiter: LimiterName | ShardKey
    readonly shard: ShardKey
    readonly change: Lending
  }
  /** A rate that shards share lets so many start, or as many as they cost, the first of them at `from` (epoch ms). */
  readonly 'starts granted': {
    readonly limiter: LimiterName
    readonly shard: ShardKey
    readonly starts: number
    readonly from: number
  }
}

export type Lending =
  | {
      /** `'passed on'`: lent by the visit of another shard, to the next in the line, or ahead (`lend-ahead.ts`). */
      readonly kind: 'borrowed' | 'passed on' | 'given back'
      readonly resource: Resource
      readonly units: number
    }
  /** It stands in the line now, or does not any more. */
  | { readonly kind: 'waits' | 'waits no more'; readonly resource: Resource }

/**
 * What a write of books has done to shards: first what came back, then what was lent, then who stands in the line.
 * @param owner as it was read
 * @param self whose visit has written
 */
export function lendingsOf(
  owner: Parameters<typeof booksOf>[0],
  { loans, line }: BooksChange,
  self: Borrower,
): readonly (readonly [Borrower, Lending])[] {
  const back = loans.flatMap((loan) => moved(loan, 'given back', unitsBack(loan)))
  const lent = loans.flatMap((loan) =>
    moved(loan, loan.borrower === self ? 'borrowed' : 'passed on', unitsLent(loan)),
  )
  const ofLine = line.flatMap(({ borrower, resource, turn }): [Borrower, Lending][] => {
    const [stood, stands] = [booksOf(owner)[resource].line[borrower] !== undefined, turn !== undefined]
    return stood === stands ? [] : [[borrower, { kind: stands ? 'waits' : 'waits no more', resource }]]
  })
  return [...back, ...lent, ...ofLine]
}

const moved = (
  { borrower, resource }: LoanChange,
  kind: 'borrowed' | 'passed on' | 'given back',
  units: number,
): [Borrower, Lending][] => (units > 0 ? [[borrower, { kind, resource, units }]] : [])

/** Another loan in its place: the earlier one has been paid back. */
const unitsBack = ({ was, is }: LoanChange): number =>
  was && is?.id === was.id ? is.returned - was.returned : outstanding(was)

const unitsLent = ({ was, is }: LoanChange): number =>
  is && is.id === was?.id ? is.lent - was.lent : outstanding(is)
