/** A chunk that has too few units for a shard gets some: what the root has not lent, and then what other chunks have not. */

import { booksOf } from '../../core/limits/books.ts'
import { chunksIn, leftIn, ownFree, shareOf } from '../../core/limits/chunk.ts'
import { capOf } from '../../core/limits/in-force.ts'
import { held } from '../../core/limits/limiter.ts'
import type { QueueLimiter } from '../../core/limits/queue-limiter.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { CONFLICT_PAUSE_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import type { Capacity } from './capacity.ts'
import { type Giver, giverIn, lendToChunk, moveUnits } from './chunk-moves.ts'
import { itemsAgain, withItems } from './limiter-capacity.ts'
import { type OtherChunk, readChunk } from './read-chunk.ts'

const TRIES = 5
const READ_TOGETHER = 8

interface Wanted {
  readonly units: number
  /** Other chunks are asked, too. */
  readonly asksOthers: boolean
}

/** The chunk with what it has then. `'stale'`: all has to be read again. */
export async function fetchCapacity(
  context: Context,
  capacity: Capacity,
  { units, asksOthers }: Wanted,
): Promise<Capacity | 'stale'> {
  const had = freeOf(capacity)
  const now = await fromRoot(context, capacity, units)
  if (now === 'stale' || !asksOthers) return now
  const missing = units - (freeOf(now) - had)
  return missing > 0 ? fromOthers(context, now, missing) : now
}

const capIn = ({ limits }: Capacity): number => capOf(limits, 'slots')
const freeOf = (capacity: Capacity): number =>
  capacity.chunk ? ownFree(capacity.chunk, capacity.books, capIn(capacity)) : 0

async function fromRoot(context: Context, capacity: Capacity, wanted: number): Promise<Capacity | 'stale'> {
  let now: Capacity | 'stale' = capacity
  for (let tries = 0; tries < TRIES; tries++) {
    if (now === 'stale' || !now.chunk) return 'stale'
    const { number, root, units } = now.chunk
    const cap = capIn(now)
    const share = shareOf(now.limiter as QueueLimiter, cap) - held(units.slots)
    const asked = Math.min(leftIn(root, cap), Math.max(wanted, share))
    if (number === 0 || asked <= 0) return now
    const lent = await lendToChunk(context, root, number, asked)
    if (lent) return withItems(now, { owner: now.owner, root: lent, number }, context.clock.now())
    await context.clock.sleep(Math.round(context.random.number() * CONFLICT_PAUSE_MS * (tries + 1)))
    now = withItems(now, await itemsAgain(context, now), context.clock.now())
  }
  return 'stale'
}

/** From any one on: if all asked the same, they would be in each other's way. */
async function fromOthers(context: Context, capacity: Capacity, wanted: number): Promise<Capacity | 'stale'> {
  if (!capacity.chunk) return 'stale'
  const { number, root } = capacity.chunk
  const others = chunksIn(root).filter((other) => other !== number)
  const first = Math.floor(context.random.number() * others.length)
  const turned = [...others.slice(first), ...others.slice(0, first)]
  let [now, missing]: [Capacity, number] = [capacity, wanted]
  for (let at = 0; at < turned.length && missing > 0; at += READ_TOGETHER) {
    const some = turned.slice(at, at + READ_TOGETHER)
    const asked = await Promise.all(some.map((other) => readChunk(context, root.shard, other)))
    for (const one of asked) {
      const next = one && missing > 0 ? await fromOther(context, now, one, missing) : undefined
      if (next === 'stale') return 'stale'
      if (next) [now, missing] = [next.capacity, missing - next.units]
    }
  }
  return now
}

/**
 * `undefined` if it has nothing to spare, or has changed meanwhile. What has come is counted, and not what was to: two that ask for the same
 * write the same, and the units go to one of them.
 */
async function fromOther(
  context: Context,
  capacity: Capacity,
  other: OtherChunk,
  missing: number,
): Promise<{ readonly capacity: Capacity; readonly units: number } | 'stale' | undefined> {
  if (!capacity.chunk) return 'stale'
  const { number, root } = capacity.chunk
  const giver = giverIn(root, other)
  const spare = giver ? spareOf(giver, capIn(capacity), root, missing - giver.untold) : 0
  if (!giver || spare + giver.untold <= 0) return undefined
  const moved = await moveUnits(context, giver, spare, { root, to: number })
  if (!moved) return undefined
  const owner = number === 0 ? moved.root : capacity.owner
  const next = withItems(capacity, { owner, root: moved.root, number }, context.clock.now())
  return next === 'stale' ? 'stale' : { capacity: next, units: freeOf(next) - freeOf(capacity) }
}

/** A chunk in which shards wait has none to spare; of any other a half at least, so that it is not asked for each unit. */
function spareOf({ number, owner, has }: Giver, cap: number, root: ShardState, missing: number): number {
  const books = booksOf(owner)
  if (Object.keys(books.slots.line).length > 0) return 0
  const free = ownFree({ number, root, units: { slots: has } }, books, cap)
  return missing > 0 ? Math.min(free, Math.max(missing, Math.floor(free / 2))) : 0
}
