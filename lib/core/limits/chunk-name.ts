/** Which limiters lie in chunks, what chunks are called, and where a shard borrows. What they are for: `chunk.ts`. */
import type { ShardKey } from '../keys.ts'
import { stableHash } from '../text/hash.ts'
import type { Borrower, LoanId } from './limiter.ts'
import type { LimiterName } from './limiter-name.ts'

/** Into how many a limit is divided. Nothing but waste depends on it, as long as all functions say the same. */
export const CHUNKS = 16
/** Up to so many units one item does. */
export const DIVIDED_ABOVE = 64

/** What says into how many chunks a limiter is divided. Tests have fewer. */
export interface Divisible {
  readonly name: LimiterName
  readonly chunks?: number
  readonly isDivided?: true
}

/** All that is lent in chunks weighs one unit: what a heavy job needs would lie in several. */
export const isToBeDivided = (name: LimiterName, concurrency: number): boolean =>
  concurrency > DIVIDED_ABOVE && !name.startsWith('pool|')

/** `$limiter|total|crm|#3`: no name of a limiter ends like that. */
export const chunkKeyOf = (root: ShardKey, number: number): ShardKey =>
  (number === 0 ? root : `${root}|${chunkName(number)}`) as ShardKey

/** Its name in the books of the root. No shard has such a name. */
export const chunkName = (number: number): Borrower => `#${number}`
const NAME = /^#([1-9]\d{0,3})$/
export const isChunkName = (name: Borrower): boolean => NAME.test(name)
export const numberIn = (name: Borrower): number => Number(NAME.exec(name)?.[1] ?? 0)

/** The id of a loan says which chunk has lent it: a shard stays with it until all is paid back. */
export const loanIdIn = (id: LoanId, number: number): LoanId =>
  (number === 0 ? id : `${id}${chunkName(number)}`) as LoanId
export const chunkOfLoan = (id: LoanId): number => Number(/#([1-9]\d{0,3})$/.exec(id)?.[1] ?? 0)

/** Where a shard borrows that has nothing yet. */
export const homeChunk = ({ chunks = CHUNKS }: Divisible, shard: ShardKey): number =>
  1 + (stableHash(shard) % chunks)

/** Which of many shards does something is drawn by the time and their names: what comes last changes the hash too little. */
export const lotOf = (shard: ShardKey, now: number): number =>
  stableHash(`${Math.floor(now / LOT_MS)} ${shard}`) / 2 ** 32
const LOT_MS = 1000
/** The lot of one that owes nothing to other chunks. */
export const NOT_DRAWN = 1
