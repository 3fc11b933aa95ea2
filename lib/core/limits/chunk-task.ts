/** What is to be done for the chunks of a limiter by one who has visited a shard, by what he has seen of its chunk and of the root. */
import { type Books, booksOf } from './books.ts'
import { CHUNK_LINE, type Chunk, demandIn, type Hungry, hungryIn, leftIn, owedTo, ownFree } from './chunk.ts'
import { chunkName } from './chunk-name.ts'

export type ChunkTask =
  | { readonly kind: 'nothing' }
  /** Shards wait in the chunk: who has units to spare elsewhere is to know. */
  | { readonly kind: 'mark'; readonly demand: number; readonly isNew: boolean }
  | { readonly kind: 'unmark' }
  /** Units are free in the chunk, and shards wait there. */
  | { readonly kind: 'serve' }
  /** A limit was lowered. */
  | { readonly kind: 'return'; readonly units: number }
  /** The same of other chunks, for shards wait, and nobody may be about to visit those. */
  | { readonly kind: 'bring back' }
  /** To a chunk in which shards wait; from the chunk, or what the root has not lent. To 0: to shards that wait at the root itself. */
  | { readonly kind: 'give'; readonly from: 'chunk' | 'root'; readonly units: number; readonly to: number }

const NOTHING: ChunkTask = { kind: 'nothing' }

/** @param cap of the whole limiter */
export function chunkTask(chunk: Chunk, books: Books, cap: number): ChunkTask {
  const { number, root } = chunk
  const isInLine = Object.keys(books.slots.line).length > 0
  const noted = booksOf(root)[CHUNK_LINE].line[chunkName(number)]
  const demand = demandIn(books.slots)
  if (number > 0 && isInLine && (noted === undefined || isOld(noted, demand)))
    return { kind: 'mark', demand, isNew: noted === undefined }
  if (number > 0 && !isInLine && noted !== undefined) return { kind: 'unmark' }
  if (cap === 0) return NOTHING
  const left = leftIn(root, cap)
  const own = number === 0 ? 0 : ownFree(chunk, books, cap)
  if (left < 0 && own > 0) return { kind: 'return', units: Math.min(own, -left) }
  if (left < 0) return isInLine ? { kind: 'bring back' } : NOTHING
  const owed = owedTo(chunk, cap)
  if (own > 0 && isInLine)
    return owed === undefined ? { kind: 'serve' } : { kind: 'give', from: 'chunk', units: 1, to: owed }
  const to = nextHungry(chunk, books)
  if (left > 0 && to) return { kind: 'give', from: 'root', units: left, to: to.number }
  if (own > 0 && to) return { kind: 'give', from: 'chunk', units: own, to: to.number }
  return NOTHING
}

/** Each note is a write of the root: it is a fourth off at most. */
const isOld = (noted: number, demand: number): boolean =>
  Math.abs(noted - demand) > Math.max(1, Math.min(noted, demand) / 4)

/** Shards that wait at the root come first: there are none, but while a limit comes to be divided, or is no more. */
function nextHungry({ number, root }: Chunk, { slots }: Books): Pick<Hungry, 'number'> | undefined {
  const atRoot = number === 0 ? slots.line : booksOf(root).slots.line
  if (Object.keys(atRoot).length > 0) return number === 0 ? undefined : { number: 0 }
  return hungryIn(root)[0]
}
