/** What a shard may use of its partition's limits: read from its own item and from the plain shard's, which lends to it. */
import { placeOf } from '../../core/job/job.ts'
import { parseShard, type Shard } from '../../core/keys.ts'
import { type Books, NO_BOOKS, RESOURCES } from '../../core/limits/books.ts'
import { limitsInForce } from '../../core/limits/in-force.ts'
import { arrived, type Borrowed, type Borrower } from '../../core/limits/limiter.ts'
import type { Limits } from '../../core/limits/limits.ts'
import type { Portion } from '../../core/limits/portion.ts'
import { borrowerOf, ownerOf } from '../../core/limits/shards.ts'
import { unitsOfState } from '../../core/shard/in-use.ts'
import { type BorrowedUnits, emptyState, type ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { restoreLoans } from './restore.ts'
import { isFromBefore, takeOver } from './take-over.ts'

export interface Capacity extends Portion {
  /** The partition's name, and the plain shard's state, with the books. */
  readonly shard: Shard
  readonly owner: ShardState
  readonly configured: Limits
}

/**
 * Reads the plain shard's item *after* the shard's own: whoever sets a limit writes the first and then the second, so a
 * pass that has seen the old limit loses. `undefined` for a shard that the configuration does not know, `'stale'` if the two
 * do not fit and have to be read again.
 */
export async function readCapacity(
  context: Context,
  state: ShardState,
): Promise<Capacity | 'stale' | undefined> {
  const shard = parseShard(state.shard)
  if (!shard.ok) return undefined
  const queue = placeOf(context.config, shard.value)
  if (!queue.ok) return undefined
  const owner = await readOwner(context, shard.value, state)
  if (await isFromBefore(context, queue.value, owner)) {
    await takeOver(context, queue.value, shard.value, owner)
    return 'stale'
  }
  const now = context.clock.now()
  const capacity = capacityOf({ shard: shard.value, configured: queue.value, owner, state, now })
  if (capacity === 'stale')
    await restoreLoans(context, state, { owner, configured: queue.value }, borrowerOf(shard.value))
  return capacity
}

export async function readOwner(
  { store }: Pick<Context, 'store'>,
  shard: Shard,
  state: ShardState,
): Promise<ShardState> {
  const key = ownerOf(shard)
  return key === state.shard ? state : ((await store.states.read(key)) ?? emptyState(key))
}

interface Read {
  readonly shard: Shard
  readonly configured: Limits
  readonly owner: ShardState
  readonly state: Pick<ShardState, 'borrowed'>
  readonly now: number
}

export function capacityOf({ shard, configured, owner, state, now }: Read): Capacity | 'stale' {
  const limits = limitsInForce(configured, owner, now)
  const self = borrowerOf(shard)
  const books = owner.books ?? NO_BOOKS
  const borrowed = borrowedBy(self, state.borrowed ?? {}, books)
  if (borrowed === 'stale') return 'stale'
  return { shard, owner, configured, self, limits, books, borrowed, ownUse: unitsOfState(owner, limits, now) }
}

/** After the books have changed. */
export function withBooks(capacity: Capacity, owner: ShardState): Capacity | 'stale' {
  const books = owner.books ?? NO_BOOKS
  const borrowed = borrowedBy(capacity.self, capacity.borrowed, books)
  if (borrowed === 'stale') return 'stale'
  return { ...capacity, owner, books, borrowed }
}

function borrowedBy(self: Borrower, known: BorrowedUnits, books: Books): BorrowedUnits | 'stale' {
  const entries: [string, Borrowed][] = []
  for (const resource of RESOURCES) {
    const units = arrived(known[resource], books[resource].loans[self])
    if (units === 'stale') return 'stale'
    if (units.borrowed) entries.push([resource, units.borrowed])
  }
  return Object.fromEntries(entries)
}
