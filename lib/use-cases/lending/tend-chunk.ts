/**
 * After a shard's books are settled: what is to be done for the chunks of a limiter. Whoever leaves units free in a chunk in which nobody
 * waits reads the root *afterwards*, and gives them to a chunk in which shards wait; whoever comes to wait in a chunk notes that in the
 * root, and looks at all other chunks *afterwards*. So one of the two always sees the other.
 */
import type { ShardKey } from '../../core/keys.ts'
import { booksOf } from '../../core/limits/books.ts'
import { demandIn, hungryIn, leftIn, ownFree } from '../../core/limits/chunk.ts'
import { NOT_DRAWN } from '../../core/limits/chunk-name.ts'
import { type ChunkTask, chunkTask } from '../../core/limits/chunk-task.ts'
import { capOf } from '../../core/limits/in-force.ts'
import type { Context } from '../context.ts'
import { bringBack } from './bring-back.ts'
import type { Capacity } from './capacity.ts'
import { giverIn, lendToChunk, type Moved, moveUnits, noteDemand, touchRoot } from './chunk-moves.ts'
import { fetchCapacity } from './fetch-capacity.ts'
import { itemsAgain, type LimiterItems, withItems } from './limiter-capacity.ts'
import { readPart } from './read-chunk.ts'
import { keepServed, type SeenShard } from './served.ts'
import { type Settled, settle } from './settle.ts'

/** Each brings it forward, or shows that others are at it. */
const MOST_TASKS = 12

interface Tending {
  readonly served: Map<ShardKey, SeenShard | undefined>
  asksAgain: boolean
  hasServed: boolean
  hasBrought: boolean
}

type Seen = Capacity & Required<Pick<Capacity, 'chunk'>>

/** @param settled what came of the shard's own books */
export function tendAfter(context: Context, before: Capacity, settled: Settled): Promise<Settled> {
  const tending: Tending = { served: new Map(), asksAgain: false, hasServed: false, hasBrought: false }
  return keepServed(tending.served, async () => {
    if (before.chunk) await touchRoot(context, before.chunk)
    let now: Capacity | 'stale' = settled.after ?? before
    if (settled.after && isToBeReadAgain(before, settled.after)) now = await again(context, settled.after)
    for (let tasks = 0; tasks < MOST_TASKS && now !== 'stale' && now.chunk; tasks++) {
      const seen: Seen = { ...now, chunk: now.chunk }
      const task = chunkTask(seen.chunk, seen.books, capOf(seen.limits, 'slots'))
      if (task.kind === 'nothing' || isDone(task, tending)) break
      now = await carryOut(context, seen, task, tending)
    }
    return { served: tending.served, hasEntered: tending.asksAgain }
  })
}

const isDone = ({ kind }: ChunkTask, { hasServed, hasBrought }: Tending): boolean =>
  (kind === 'serve' && hasServed) || (kind === 'bring back' && hasBrought)

/** It has left units free, or has come to stand in the line: what was read of the root before may be over. */
function isToBeReadAgain(
  { books: { slots: was } }: Capacity,
  { chunk, books, limits, self }: Capacity,
): boolean {
  const hasEntered = was.line[self] === undefined && books.slots.line[self] !== undefined
  return hasEntered || (chunk !== undefined && ownFree(chunk, books, capOf(limits, 'slots')) > 0)
}

const again = async (context: Context, capacity: Capacity): Promise<Capacity | 'stale'> =>
  withItems(capacity, await itemsAgain(context, capacity), context.clock.now())

async function carryOut(context: Context, seen: Seen, task: ChunkTask, tending: Tending) {
  const { number, root } = seen.chunk
  switch (task.kind) {
    case 'mark':
      return mark(context, seen, task, tending)
    case 'unmark':
      await noteDemand(context, root, number, undefined)
      return again(context, seen)
    case 'serve':
      tending.hasServed = true
      await serve(context, seen, tending)
      return again(context, seen)
    case 'return':
      return giveBack(context, seen, task.units, tending)
    case 'bring back':
      tending.hasBrought = true
      return serveWithin(context, seen, await bringBack(context, seen), tending)
    case 'give':
      return give(context, seen, task, tending)
    case 'nothing':
      return seen
  }
}

/** The first time all other chunks are asked: what becomes free there from now on comes by itself. Beyond the limit it goes back. */
async function mark(
  context: Context,
  seen: Seen,
  { demand, isNew }: Extract<ChunkTask, { kind: 'mark' }>,
  tending: Tending,
): Promise<Capacity | 'stale'> {
  const { number, root } = seen.chunk
  const noted = await noteDemand(context, root, number, demand)
  if (!noted) return again(context, seen)
  const marked = withItems(seen, { owner: seen.owner, root: noted, number }, context.clock.now())
  if (marked === 'stale') return 'stale'
  if (!isNew || leftIn(noted, capOf(seen.limits, 'slots')) < 0) return marked
  const units = Object.keys(seen.books.slots.line).length
  const got = await fetchCapacity(context, marked, { units, asksOthers: true })
  if (got !== 'stale') tending.hasServed = false
  return got
}

/** The shards that wait where the units are get them. The visitor itself asks again. */
async function serve(context: Context, seen: Capacity, tending: Tending): Promise<void> {
  if (seen.books.slots.line[seen.self] !== undefined) tending.asksAgain = true
  const result = { lack: { slots: false, starts: false }, hasClaimed: false }
  const { served, failure } = await settle(context, seen, result)
  for (const [shard, one] of served) tending.served.set(shard, one)
  if (failure) throw failure.error
}

async function giveBack(
  context: Context,
  seen: Seen,
  units: number,
  tending: Tending,
): Promise<Capacity | 'stale'> {
  const moved = await moveOwn(context, seen, units, 0)
  return moved ? serveWithin(context, seen, moved, tending) : again(context, seen)
}

/** Who brings the limiter back within its limit serves all that wait: others saw it beyond, and lent nothing. */
async function serveWithin(
  context: Context,
  seen: Seen,
  moved: Moved,
  tending: Tending,
): Promise<Capacity | 'stale'> {
  const next = withItems(seen, { ...moved, number: seen.chunk.number }, context.clock.now())
  if (leftIn(moved.root, capOf(seen.limits, 'slots')) < 0) return next
  const waiting = hungryIn(moved.root).map(({ number }) => number)
  for (const number of [0, ...waiting]) await serveIn(context, seen, { root: moved.root, number }, tending)
  return again(context, seen)
}

/** Units that have come to a chunk are for the shards that wait there: none is owed to another before one of those has used it. */
async function serveIn(
  context: Context,
  seen: Seen,
  { root, number }: Omit<LimiterItems, 'owner'>,
  tending: Tending,
): Promise<void> {
  const owner = number === 0 ? root : await readPart(context, root, number)
  const drawn = { ...seen, chunk: { ...seen.chunk, lot: NOT_DRAWN } }
  const there = withItems(drawn, { owner, root, number }, context.clock.now())
  if (there !== 'stale') await serve(context, there, tending)
}

async function moveOwn(
  context: Context,
  { chunk, owner }: Seen,
  units: number,
  to: number,
): Promise<Moved | undefined> {
  const giver = giverIn(chunk.root, { number: chunk.number, owner })
  return giver && moveUnits(context, giver, units, { root: chunk.root, to })
}

/** As many as shards wait there. If none does any more, its note goes. */
async function give(
  context: Context,
  seen: Seen,
  { from, to, units: most }: Extract<ChunkTask, { kind: 'give' }>,
  tending: Tending,
): Promise<Capacity | 'stale'> {
  const { root } = seen.chunk
  const there = to === 0 ? root : await readPart(context, root, to)
  const waiting = Object.keys(booksOf(there).slots.line).length
  if (waiting === 0) return forget(context, seen, to)
  if (to === 0 && from === 'root') {
    await serveIn(context, seen, { root, number: to }, tending)
    return 'stale'
  }
  const units = Math.min(most, waiting)
  const lent = from === 'root' ? await lendToChunk(context, root, to, units) : undefined
  const moved =
    from === 'root' ? lent && { owner: seen.owner, root: lent } : await moveOwn(context, seen, units, to)
  if (!moved) return again(context, seen)
  await serveIn(context, seen, { root: moved.root, number: to }, tending)
  return again(context, seen)
}

/** Somebody may have come to wait there meanwhile, and have seen the note: so it is looked at again. */
async function forget(context: Context, seen: Seen, number: number): Promise<Capacity | 'stale'> {
  const { root } = seen.chunk
  if (number > 0) {
    await noteDemand(context, root, number, undefined)
    const { slots } = booksOf(await readPart(context, root, number))
    if (Object.keys(slots.line).length > 0) await noteDemand(context, root, number, demandIn(slots))
  }
  return again(context, seen)
}
