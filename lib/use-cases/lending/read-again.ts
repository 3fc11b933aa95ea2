/** Reads the item with the books once more, for others have changed its books, a limit, or what it uses itself. */
import { limitsInForce } from '../../core/limits/in-force.ts'
import { unitsOfOwner } from '../../core/shard/in-use.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'
import { type Capacity, withBooks } from './capacity.ts'
import { lacksDerived } from './derive.ts'
import { itemsAgain, withItems } from './limiter-capacity.ts'

/** `'stale'` if the shard's own item does not fit any more, and has to be read again, too. */
export async function readAgain(context: Context, capacity: Capacity): Promise<Capacity | 'stale'> {
  if (capacity.limiter) return withItems(capacity, await itemsAgain(context, capacity), context.clock.now())
  const key = capacity.owner.shard
  const owner = await readState(context.store.states, key)
  return withOwner(capacity, owner, context.clock.now())
}

/** The plain shard as it is now: what it uses itself has changed, too, and somebody may have set a limit. */
export function withOwner(capacity: Capacity, owner: ShardState, now: number): Capacity | 'stale' {
  if (capacity.limiter) return withOwnerOf(capacity, owner, now)
  const next = withBooks(capacity, owner)
  if (next === 'stale' || lacksDerived(capacity.configured, owner)) return 'stale'
  const limits = limitsInForce(capacity.configured, owner, now)
  return { ...next, limits, ownUse: unitsOfOwner(owner, limits, now) }
}

/** A limiter's item. Of a chunk what the root said is known still. */
function withOwnerOf(capacity: Capacity, owner: ShardState, now: number): Capacity | 'stale' {
  const { number, root } = capacity.chunk ?? { number: 0, root: owner }
  return withItems(capacity, { number, owner, root: number === 0 ? owner : root }, now)
}
