/**
 * While more is out than the limit allows, chunks give back what they have not lent. One that nobody visits does not, since its shards have
 * nothing to do: whoever waits in another asks it.
 */
import { booksOf } from '../../core/limits/books.ts'
import { type Chunk, chunksIn, leftIn, ownFree } from '../../core/limits/chunk.ts'
import { capOf } from '../../core/limits/in-force.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import type { Capacity } from './capacity.ts'
import { giverIn, type Moved, moveUnits } from './chunk-moves.ts'
import { readChunk } from './read-chunk.ts'

/** The chunk and the root after all that was missing has come back, or all other chunks have been asked. */
export async function bringBack(
  context: Context,
  { chunk, owner, limits }: Capacity & { readonly chunk: Chunk },
): Promise<Moved> {
  const cap = capOf(limits, 'slots')
  let { root } = chunk
  for (const number of chunksIn(root)) {
    if (number === chunk.number) continue
    if (leftIn(root, cap) >= 0) break
    root = (await bringFrom(context, root, number, cap)) ?? root
  }
  return { root, owner: chunk.number === 0 ? root : owner }
}

async function bringFrom(
  context: Context,
  root: ShardState,
  number: number,
  cap: number,
): Promise<ShardState | undefined> {
  const other = await readChunk(context, root.shard, number)
  const giver = other && giverIn(root, other)
  if (!giver) return undefined
  const free = ownFree({ number, root, units: { slots: giver.has } }, booksOf(giver.owner), cap)
  // Of one in which nobody waits all: its shards may have nothing to do for long, and those at the root look only there.
  const isInLine = Object.keys(booksOf(giver.owner).slots.line).length > 0
  const units = isInLine ? Math.min(free, -leftIn(root, cap)) : free
  return units + giver.untold > 0
    ? (await moveUnits(context, giver, units, { root, to: 0 }))?.root
    : undefined
}
