/** What a shard may use of its partition's limits: read from its own item and from the plain shard's, which lends to it. */
import type { Shard } from '../../core/keys.ts'
import { type Books, booksOf, RESOURCES } from '../../core/limits/books.ts'
import { type Chunk, inChunk } from '../../core/limits/chunk.ts'
import { limitsInForce } from '../../core/limits/in-force.ts'
import { arrived, type Borrowed, type Borrower } from '../../core/limits/limiter.ts'
import type { Limits } from '../../core/limits/limits.ts'
import type { Portion } from '../../core/limits/portion.ts'
import type { QueueLimiter } from '../../core/limits/queue-limiter.ts'
import { borrowerOf, ownerOf } from '../../core/limits/shards.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { unitsOfOwner } from '../../core/shard/in-use.ts'
import type { BorrowedUnits, ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'

export interface Capacity extends Portion {
  /** The partition's name, and the plain shard's state, with the books. */
  readonly shard: Shard
  readonly owner: ShardState
  readonly configured: Limits
  /** The limiter that lends, whose item is the owner then; absent if the partition's plain shard does. */
  readonly limiter?: QueueLimiter
  /** Of a limiter that is divided: which part of it lends. */
  readonly chunk?: Chunk
}

/** The partition's first, then those of the limiters that cover the shard, in the order in which all shards borrow. */
export type Capacities = readonly [Capacity, ...Capacity[]]

export async function readOwner(
  { store }: Pick<Context, 'store'>,
  shard: Shard,
  state: ShardState,
): Promise<ShardState> {
  const key = ownerOf(shard)
  return key === state.shard ? state : await readState(store.states, key)
}

interface Read {
  readonly shard: Shard
  readonly configured: Limits & Pick<QueueConfig, 'shards'>
  readonly owner: ShardState
  readonly state: Pick<ShardState, 'shard' | 'borrowed' | 'borrowedFrom'>
  readonly now: number
}

export function capacityOf({ shard, configured, owner, state, now }: Read): Capacity | 'stale' {
  const limits = limitsInForce(configured, owner, now)
  const self = borrowerOf(shard)
  const books = booksOf(owner)
  const borrowed = borrowedBy(self, state.borrowed ?? {}, books)
  if (borrowed === 'stale') return 'stale'
  const ownUse = unitsOfOwner(owner, limits, now)
  return { shard, owner, configured, self, limits, books, borrowed, ownUse, shards: configured.shards }
}

/** After the books have changed. */
export function withBooks(capacity: Capacity, owner: ShardState): Capacity | 'stale' {
  const books = booksOf(owner)
  const borrowed = borrowedBy(capacity.self, capacity.borrowed, books)
  if (borrowed === 'stale') return 'stale'
  const next = { ...capacity, owner, books, borrowed }
  if (!capacity.chunk) return next
  const chunk = capacity.chunk.number === 0 ? { ...capacity.chunk, root: owner } : capacity.chunk
  return { ...next, chunk, ...inChunk(next, chunk) }
}

export function borrowedBy(self: Borrower, known: BorrowedUnits, books: Books): BorrowedUnits | 'stale' {
  const entries: [string, Borrowed][] = []
  for (const resource of RESOURCES) {
    const units = arrived(known[resource], books[resource].loans[self])
    if (units === 'stale') return 'stale'
    if (units.borrowed) entries.push([resource, units.borrowed])
  }
  return Object.fromEntries(entries)
}
