/** What a shard may use of its partition's limits: read from its own item and from the plain shard's, which lends to it. */
import { placeOf } from '../../core/job/job.ts'
import { parseShard, type Shard } from '../../core/keys.ts'
import { type Books, NO_BOOKS, RESOURCES } from '../../core/limits/books.ts'
import { guaranteeInForce } from '../../core/limits/guarantee-in-force.ts'
import { limitsInForce, NO_UNITS } from '../../core/limits/in-force.ts'
import { arrived, type Borrowed, type Borrower } from '../../core/limits/limiter.ts'
import type { Limits } from '../../core/limits/limits.ts'
import type { Portion } from '../../core/limits/portion.ts'
import { limiterKey, type QueueLimiter, weightIn } from '../../core/limits/queue-limiter.ts'
import { borrowerOf, ownerOf } from '../../core/limits/shards.ts'
import { type Config, type QueueConfig, queueNamed } from '../../core/queue/config.ts'
import { isOfLane, limitersOver } from '../../core/queue/covering.ts'
import { unitsOfState } from '../../core/shard/in-use.ts'
import { type BorrowedUnits, emptyState, type ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { borrowedIn } from './account.ts'
import { keepDerived, lacksDerived } from './derive.ts'
import { restoreLoans } from './restore.ts'
import { isFromBefore, takeOver } from './take-over.ts'

export interface Capacity extends Portion {
  /** The partition's name, and the plain shard's state, with the books. */
  readonly shard: Shard
  readonly owner: ShardState
  readonly configured: Limits
  /** The limiter that lends, whose item is the owner then; absent if the partition's plain shard does. */
  readonly limiter?: QueueLimiter
}

/** The partition's first, then those of the limiters that cover the shard, in the order in which all shards borrow. */
export type Capacities = readonly [Capacity, ...Capacity[]]

/**
 * Reads all that limits a shard *after* the shard's own item: whoever sets a limit writes the first and then the second, so a
 * pass that has seen the old limit loses. `undefined` for a shard that the configuration does not know, `'stale'` if two of
 * them do not fit and have to be read again.
 */
export async function readCapacities(
  context: Context,
  state: ShardState,
): Promise<Capacities | 'stale' | undefined> {
  const shard = parseShard(state.shard)
  if (!shard.ok) return undefined
  const queue = placeOf(context.config, shard.value)
  if (!queue.ok) return undefined
  const [partition, ...limiters] = await Promise.all([
    readCapacity(context, state, shard.value, queue.value),
    ...limitersOver(context.config, shard.value).map((limiter) =>
      readLimiter(context, state, shard.value, limiter),
    ),
  ])
  if (partition === 'stale' || partition === undefined) return 'stale'
  const known = limiters.filter((limiter) => limiter !== 'stale')
  return known.length < limiters.length ? 'stale' : [partition, ...known]
}

async function readCapacity(
  context: Context,
  state: ShardState,
  shard: Shard,
  queue: QueueConfig,
): Promise<Capacity | 'stale'> {
  const owner = await readOwner(context, shard, state)
  if (await isFromBefore(context, queue, owner)) {
    await takeOver(context, queue, shard, owner)
    return 'stale'
  }
  if (lacksDerived(queue, owner)) {
    await keepDerived(context, queue, owner)
    return 'stale'
  }
  const now = context.clock.now()
  const capacity = capacityOf({ shard, configured: queue, owner, state, now })
  if (capacity === 'stale') {
    const borrowed = state.borrowed ?? {}
    await restoreLoans(context, state, { owner, configured: queue, borrowed, self: borrowerOf(shard) })
  }
  return capacity
}

/** What the shard may use of a limiter. Whoever only looks asks the same, and mends nothing. */
export async function limiterSeen(
  { config, store, clock }: Pick<Context, 'config' | 'store' | 'clock'>,
  state: ShardState,
  shard: Shard,
  limiter: QueueLimiter,
): Promise<{ readonly owner: ShardState; readonly capacity: Capacity | 'stale' }> {
  const key = limiterKey(limiter.name)
  const owner = (await store.states.read(key)) ?? emptyState(key)
  const read = { shard, configured: limiter, owner, state, now: clock.now() }
  return { owner, capacity: limiterCapacityOf(config, limiter, read) }
}

async function readLimiter(
  context: Context,
  state: ShardState,
  shard: Shard,
  limiter: QueueLimiter,
): Promise<Capacity | 'stale'> {
  const { owner, capacity } = await limiterSeen(context, state, shard, limiter)
  if (capacity === 'stale') {
    const borrowed = borrowedIn(state, { shard, limiter })
    await restoreLoans(context, state, { owner, configured: limiter, borrowed, self: state.shard })
  }
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
  readonly state: Pick<ShardState, 'shard' | 'borrowed' | 'borrowedFrom'>
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

function limiterCapacityOf(
  config: Config,
  limiter: QueueLimiter,
  { shard, configured, owner, state, now }: Read,
): Capacity | 'stale' {
  const self = state.shard
  const books = owner.books ?? NO_BOOKS
  const borrowed = borrowedBy(self, borrowedIn(state, { shard, limiter }), books)
  if (borrowed === 'stale') return 'stale'
  // Its rate is granted, and not lent.
  const { rateLimit: _, ...limits } = limitsInForce({ concurrency: configured.concurrency ?? 0 }, owner, now)
  const guaranteed = guaranteeInForce(limiter, owner.override)
  const lending = {
    ...(guaranteed ? { guaranteed } : {}),
    weightOf: (name: Borrower) => weightIn(limiter, name),
    mostJobsOf: (name: Borrower) => concurrencyOf(config, name),
    givesIdleBack: true,
    ...(isOfLane(config, shard, limiter) ? { ofLane: true as const } : {}),
  } as const
  return { shard, owner, configured, limiter, self, limits, books, borrowed, ownUse: NO_UNITS, ...lending }
}

function concurrencyOf(config: Config, name: Borrower): number {
  const shard = parseShard(name)
  const queue = shard.ok ? queueNamed(config, shard.value.queue) : undefined
  return queue?.concurrency ?? Number.POSITIVE_INFINITY
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
