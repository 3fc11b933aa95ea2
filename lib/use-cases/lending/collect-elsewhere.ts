/**
 * What shards have and do not use that borrow at other parts of a divided limiter. A limiter that was not divided once has lent to shards
 * itself: what comes back to its own item goes to a chunk from there. And units may lie with a shard that nobody visits, for whoever lent them
 * has died: only those that borrow in its chunk would look for them, and there may be none.
 */
import { booksOf } from '../../core/limits/books.ts'
import { chunksIn, hungryIn } from '../../core/limits/chunk.ts'
import { isChunkName } from '../../core/limits/chunk-name.ts'
import type { Units } from '../../core/limits/in-force.ts'
import { outstanding } from '../../core/limits/limiter.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import type { Capacity } from './capacity.ts'
import { type Collected, collect } from './collect.ts'
import type { Search } from './lender.ts'
import { type LimiterItems, withItems } from './limiter-capacity.ts'
import { readAgain } from './read-again.ts'
import { readChunk } from './read-chunk.ts'

type Divided = Capacity & Required<Pick<Capacity, 'chunk'>>
type Own = Search & { readonly state: ShardState }

/** If anything has come back, the next round finds it where it is. */
export async function collectElsewhere(
  context: Context,
  collected: Collected,
  wanted: Units,
  own: Own,
): Promise<Collected | 'stale'> {
  const { chunk } = collected.capacity
  if (!chunk) return collected
  const capacity: Divided = { ...collected.capacity, chunk }
  const parts = [...rootOf(capacity), ...(own.leaves === 'nothing' ? await someOf(context, capacity) : [])]
  let hasBrought = false
  for (const part of parts) {
    const there = withItems(capacity, part, context.clock.now())
    const back = there === 'stale' ? undefined : await collect(context, there, wanted, own)
    if (back === 'stale') return 'stale'
    hasBrought ||= back?.mayGetMore === true
  }
  if (parts.length === 0) return collected
  const now = await readAgain(context, capacity)
  return now === 'stale'
    ? 'stale'
    : { ...collected, capacity: now, ...(hasBrought ? { mayGetMore: true } : {}) }
}

function rootOf({ chunk: { number, root } }: Divided): LimiterItems[] {
  const lendsToShards = Object.entries(booksOf(root).slots.loans).some(
    ([name, loan]) => !isChunkName(name) && outstanding(loan) > 0,
  )
  return number > 0 && lendsToShards ? [{ number: 0, owner: root, root }] : []
}

/** So many of the other chunks, from any one on, that all shards that wait ask each of them about once. */
async function someOf(
  context: Context,
  { chunk: { number, root }, books }: Divided,
): Promise<LimiterItems[]> {
  const others = chunksIn(root).filter((other) => other !== number)
  const waiting = Math.max(1, Object.keys(books.slots.line).length * hungryIn(root).length)
  const first = Math.floor(context.random.number() * others.length)
  const asked = [...others.slice(first), ...others.slice(0, first)].slice(
    0,
    Math.ceil(others.length / waiting),
  )
  const chunks = await Promise.all(asked.map((other) => readChunk(context, root.shard, other)))
  return chunks.flatMap((chunk) => (chunk ? [{ ...chunk, root }] : []))
}
