/**
 * What a shard may use of a limiter: read from its own item, and from the limiter's. If that is divided, from the chunk that the shard
 * borrows of, and *then* from the root: whoever sets a limit writes the root, then fences the chunks, and then those that have borrowed
 * there. So a pass that finds a loan of after the fence reads the new limit, and any other loses.
 */
import { parseShard, type Shard, type ShardKey } from '../../core/keys.ts'
import { booksOf } from '../../core/limits/books.ts'
import { type Chunk, inChunk, isDividedNow, unitsOfChunk } from '../../core/limits/chunk.ts'
import { chunkKeyOf, chunkOfLoan, homeChunk, lotOf, NOT_DRAWN } from '../../core/limits/chunk-name.ts'
import { guaranteeInForce } from '../../core/limits/guarantee-in-force.ts'
import { limitsInForce, NO_UNITS } from '../../core/limits/in-force.ts'
import type { Borrower } from '../../core/limits/limiter.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { limiterKey, type QueueLimiter, weightIn } from '../../core/limits/queue-limiter.ts'
import { type Config, queueNamed } from '../../core/queue/config.ts'
import { isOfLane } from '../../core/queue/covering.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'
import { borrowedIn, isStranger } from './account.ts'
import { borrowedBy, type Capacity } from './capacity.ts'

type Eyes = Pick<Context, 'config' | 'store' | 'clock'>

/** The items of a limiter that a shard goes by. */
export interface LimiterItems {
  readonly root: ShardState
  /** The one that lends to the shard: the root's, or a chunk's. */
  readonly owner: ShardState
  readonly number: number
}

export interface KnownOfShard {
  readonly shard: Shard
  readonly state: ShardState
  /** Items of limiters that have been read after the shard's already. */
  readonly owners?: readonly ShardState[] | undefined
}

/** What the shard may use of a limiter. Whoever only looks asks the same, and mends nothing. */
export async function limiterSeen(
  eyes: Eyes,
  { state, shard, owners }: KnownOfShard,
  limiter: QueueLimiter,
): Promise<LimiterItems & { readonly capacity: Capacity | 'stale' }> {
  const items = await readItems(reading(eyes, owners), state, limiter)
  return { ...items, capacity: limiterCapacityOf(eyes, { items, state, shard, limiter }) }
}

type Read = (key: ShardKey) => Promise<ShardState>

const reading =
  ({ store }: Pick<Eyes, 'store'>, known: readonly ShardState[] = []): Read =>
  async (key) =>
    known.findLast(({ shard }) => shard === key) ?? (await readState(store.states, key))

/**
 * Where it has a loan it stays. Functions of another configuration may have lent it something elsewhere that its item does not show: then
 * it goes there.
 */
async function readItems(read: Read, state: ShardState, limiter: QueueLimiter): Promise<LimiterItems> {
  const key = limiterKey(limiter.name)
  const loan = state.borrowedFrom?.[limiter.name]?.slots
  const at = async (number: number): Promise<LimiterItems> => {
    const owner = await read(chunkKeyOf(key, number))
    return { number, owner, root: number === 0 ? owner : await read(key) }
  }
  if (loan) return at(chunkOfLoan(loan.id))
  const hasLoan = (item: ShardState) => booksOf(item).slots.loans[state.shard] !== undefined
  const home = homeChunk(limiter, state.shard)
  if (limiter.isDivided) {
    const items = await at(home)
    const isOfRoot = hasLoan(items.root) || homeIn(limiter, items.root, state.shard) === 0
    return isOfRoot ? { ...items, owner: items.root, number: 0 } : items
  }
  const items = await at(0)
  if (hasLoan(items.root) || !isDividedNow(items.root)) return items
  const chunk = await at(home)
  return hasLoan(chunk.owner) ? chunk : items
}

/**
 * Where a shard borrows that has nothing yet. Somebody may have set guarantees before a deploy came to divide the limiter: then all go
 * on to borrow of the root, for what each partition has is counted in one item.
 */
const homeIn = (limiter: QueueLimiter, { override }: ShardState, shard: ShardKey): number =>
  limiter.isDivided && !override?.guaranteed ? homeChunk(limiter, shard) : 0

interface Found {
  readonly items: LimiterItems
  readonly state: ShardState
  readonly shard: Shard
  readonly limiter: QueueLimiter
}

function limiterCapacityOf(
  { config, clock }: Eyes,
  { items, state, shard, limiter }: Found,
): Capacity | 'stale' {
  const now = clock.now()
  const part = partOf(limiter, items, { lot: lotOf(state.shard, now), now })
  if (part === 'stale') return 'stale'
  const borrowed = borrowedBy(state.shard, borrowedIn(state, { shard, limiter }), part.books)
  if (borrowed === 'stale') return 'stale'
  return {
    ...part,
    weightOf: (name: Borrower) => weightIn(limiter, name),
    mostJobsOf: (name: Borrower) => concurrencyOf(config, name),
    isStranger: (name: Borrower) => isStranger({ config }, { shard, limiter }, name),
    givesIdleBack: true,
    ...(limiter.longestLine === undefined ? {} : { longestLine: limiter.longestLine }),
    ...(isOfLane(config, shard, limiter) ? { ofLane: true as const } : {}),
    shard,
    configured: limiter,
    limiter,
    self: state.shard,
    borrowed,
  }
}

type Part = Pick<
  Capacity,
  'owner' | 'books' | 'limits' | 'ownUse' | 'chunk' | 'elsewhere' | 'isOwed' | 'guaranteed'
>

/** What the items say, whoever looks. What partitions are guaranteed is kept where one item counts what each has. */
function partOf(
  limiter: QueueLimiter,
  items: LimiterItems,
  { lot, now }: { readonly lot: number; readonly now: number },
): Part | 'stale' {
  const { root, owner } = items
  const chunk = chunkOf(items, lot)
  if (chunk === 'stale') return 'stale'
  const part = {
    owner,
    books: booksOf(owner),
    limits: limiterLimits(limiter, root, now),
    ownUse: NO_UNITS,
  }
  if (chunk) return { ...part, chunk, ...inChunk(part, chunk) }
  const guaranteed = guaranteeInForce(limiter, root.override)
  return guaranteed ? { ...part, guaranteed } : part
}

/** Absent for a limiter that is not divided. */
function chunkOf({ root, owner, number }: LimiterItems, lot: number): Chunk | 'stale' | undefined {
  if (number === 0) return isDividedNow(root) ? { number, root, units: {}, lot } : undefined
  const units = unitsOfChunk(owner, root, number)
  return units === 'stale' ? 'stale' : { number, root, units, lot }
}

/** Its rate is granted, and not lent. */
export function limiterLimits({ concurrency }: Limits, root: ShardState, now: number): Limits {
  const { rateLimit: _, ...limits } = limitsInForce({ concurrency: concurrency ?? 0 }, root, now)
  return limits
}

function concurrencyOf(config: Config, name: Borrower): number {
  const shard = parseShard(name)
  const queue = shard.ok ? queueNamed(config, shard.value.queue) : undefined
  return queue?.concurrency ?? Number.POSITIVE_INFINITY
}

/** The limiter as it is now, after its item, the root's, or both have been read or written anew. */
export function withItems(capacity: Capacity, items: LimiterItems, now: number): Capacity | 'stale' {
  const { chunk, elsewhere: _elsewhere, isOwed: _isOwed, guaranteed: _guaranteed, ...rest } = capacity
  if (!rest.limiter) throw new Error(`${capacity.owner.shard} is no limiter`)
  const part = partOf(rest.limiter, items, { lot: chunk?.lot ?? NOT_DRAWN, now })
  if (part === 'stale') return 'stale'
  const known = items.owner.shard === capacity.owner.shard ? capacity.borrowed : {}
  const borrowed = borrowedBy(capacity.self, known, part.books)
  return borrowed === 'stale' ? 'stale' : { ...rest, ...part, borrowed }
}

/** Both are read again, the chunk first. */
export async function itemsAgain(
  eyes: Pick<Eyes, 'store'>,
  { owner: { shard }, chunk }: Pick<Capacity, 'owner' | 'chunk'>,
): Promise<LimiterItems> {
  const read = reading(eyes)
  const owner = await read(shard)
  const { number, root } = chunk ?? { number: 0, root: owner }
  return { number, owner, root: number === 0 ? owner : await read(root.shard) }
}

/** Whether a shard that stands in the line of this chunk would not look for its units there. */
export function borrowsElsewhere(
  { limiter, owner, chunk }: Capacity,
  shard: string,
  state: ShardState | undefined,
): boolean {
  if (!limiter || !chunk) return false
  const loan = state?.borrowedFrom?.[limiter.name]?.slots
  if (loan) return chunkOfLoan(loan.id) !== chunk.number
  // What has been lent to it, and has not arrived, it finds.
  const isKnown = booksOf(owner).slots.loans[shard] !== undefined
  return !isKnown && chunk.number !== homeIn(limiter, chunk.root, shard as ShardKey)
}
