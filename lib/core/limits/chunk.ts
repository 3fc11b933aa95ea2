/**
 * A limit that very many shards share is divided into *chunks*: a write of its item costs by its size, and an item takes so many a second.
 * Each chunk has books of its own, and borrows its units from the limiter's own item (the *root*) as a shard does: by a loan, `lent` there and
 * `returned` here. So capacity moves by the protocol that is there, and always
 *
 *     limit ≥ Σ (lent to chunks, as the root knows) ≥ Σ (what a chunk has) ≥ Σ (lent to shards)
 *
 * What people set stands in the root alone. Whoever visits a shard reads its chunk and *then* the root.
 */
import type { BorrowedUnits, ShardState } from '../shard/state.ts'
import { type Books, booksOf } from './books.ts'
import { CHUNKS, chunkName, type Divisible, isChunkName, numberIn } from './chunk-name.ts'
import { capOf, NO_UNITS, type Units } from './in-force.ts'
import { arrived, held, type Limiter, type Loan, lentOut, outstanding } from './limiter.ts'
import type { Limits } from './limits.ts'

/** A chunk, seen by one who visits a shard. */
export interface Chunk {
  /** 0 for the root itself. */
  readonly number: number
  /** The limiter's own item. */
  readonly root: ShardState
  /** What the chunk has from the root. Empty for the root. */
  readonly units: BorrowedUnits
  /** From 0 to 1, another for each shard and second. */
  readonly lot: number
}

/**
 * A limiter lends no starts, so the line for starts in the root's books is that of chunks: those in which shards wait stand there, with how
 * many shards borrow or wait in them.
 */
export const CHUNK_LINE = 'starts'

/** The chunks that have something from the root, or in which shards wait. */
export function chunksIn(root: ShardState): number[] {
  const { slots, [CHUNK_LINE]: chunks } = booksOf(root)
  const names = new Set([...Object.keys(slots.loans), ...Object.keys(chunks.line)])
  return [...names].filter(isChunkName).map(numberIn)
}

export const isDividedNow = (root: ShardState): boolean => chunksIn(root).length > 0

/** Units that the root has not lent. Below 0 while more is out than the limit allows. */
export const leftIn = (root: ShardState, cap: number): number => cap - lentOut(booksOf(root).slots)

/** Units of the chunk that no shard has. */
export const ownFree = (
  { number, root, units }: Pick<Chunk, 'number' | 'root' | 'units'>,
  { slots }: Books,
  cap: number,
): number => (number === 0 ? leftIn(root, cap) : held(units.slots) - lentOut(slots))

/** What of that may be lent. While more is out than the limit allows, no chunk lends anything, and nobody claims. */
export const freeIn = (chunk: Chunk, books: Books, cap: number): number =>
  withinLimit(chunk.root, ownFree(chunk, books, cap), cap)

/** The same of the whole limiter, divided or not: what a chunk has and does not use goes to those in which shards wait. */
export const freeInAll = (root: ShardState, all: Limiter, cap: number): number =>
  withinLimit(root, cap - lentOut(all), cap)

function withinLimit(root: ShardState, own: number, cap: number): number {
  const left = leftIn(root, cap)
  return left < 0 ? Math.min(own, left) : own
}

export interface Hungry {
  readonly number: number
  /** How many shards borrow or wait there, when it was noted. */
  readonly demand: number
  readonly units: number
}

/** The chunks in which shards wait, those first that have least for each of their shards. */
export function hungryIn(root: ShardState): Hungry[] {
  const { slots, [CHUNK_LINE]: chunks } = booksOf(root)
  return Object.entries(chunks.line)
    .filter(([name]) => isChunkName(name))
    .map(([name, demand]) => ({
      number: numberIn(name),
      demand: Math.max(1, demand),
      units: outstanding(slots.loans[name]),
    }))
    .toSorted((one, other) => one.units * other.demand - other.units * one.demand)
}

/** For each of its shards a chunk has at least so much of what any other has for each of its own. */
const LEAST_PART = 0.5

/**
 * The chunk to which one in which shards wait, too, gives its next unit: it has none, or far less for each of its shards, even with that. Both
 * numbers of shards are those that the root has, so that they do not give each other the same. Of the units that become free one for
 * each round of the shards goes: if all did, they would be too many, and in each other's way.
 */
export function owedTo({ number, root, lot }: Chunk, cap: number): number | undefined {
  if (leftIn(root, cap) < 0) return undefined
  const hungry = hungryIn(root)
  const own = hungry.find((one) => one.number === number)
  const [poorest] = hungry
  if (!own || !poorest || lot * own.demand >= 1) return undefined
  const empty = hungry.filter(({ units }) => units === 0)
  // Any of them, so that all have their turn if there are fewer units than chunks.
  if (own.units > 0 && empty.length > 0) return empty[Math.floor(lot * own.demand * empty.length)]?.number
  const isRich = (own.units - 1) * poorest.demand * LEAST_PART >= (poorest.units + 1) * own.demand
  return isRich ? poorest.number : undefined
}

/** How many shards borrow or wait. */
export const demandIn = ({ loans, line }: Limiter): number =>
  new Set([...Object.keys(loans), ...Object.keys(line)]).size

/** Units that a shard may get although its own chunk has none: where shards wait already there are none. */
function elsewhere({ number, root, units }: Chunk, cap: number): number {
  if (hungryIn(root).length > 0 || leftIn(root, cap) < 0) return 0
  const own = number === 0 ? 0 : held(units.slots)
  return number > 0 || isDividedNow(root) ? Math.max(0, cap - own) : 0
}

/** What a shard sees of its chunk: what that has not is as if somebody used it. */
export function inChunk(
  { limits, books }: { readonly limits: Limits; readonly books: Books },
  chunk: Chunk,
): { readonly ownUse: Units; readonly elsewhere: number; readonly isOwed: boolean } {
  const cap = capOf(limits, 'slots')
  const ownUse = { ...NO_UNITS, slots: cap - lentOut(books.slots) - freeIn(chunk, books, cap) }
  return { ownUse, elsewhere: elsewhere(chunk, cap), isOwed: owedTo(chunk, cap) !== undefined }
}

/** What the root has lent to a chunk. */
export const loanOfChunk = (root: ShardState, number: number): Loan | undefined =>
  booksOf(root).slots.loans[chunkName(number)]

/** What a chunk has from the root. What was lent to it has arrived: nobody else lends it, before the chunk gives it back. */
export function unitsOfChunk(owner: ShardState, root: ShardState, number: number): BorrowedUnits | 'stale' {
  const units = arrived(owner.borrowed?.slots, loanOfChunk(root, number))
  if (units === 'stale') return 'stale'
  return units.borrowed ? { slots: units.borrowed } : {}
}

/** How many units a chunk takes when it has too few: what it needs, and up to its equal part. */
export const shareOf = ({ chunks = CHUNKS }: Divisible, cap: number): number => Math.ceil(cap / chunks)
