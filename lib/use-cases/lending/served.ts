/** The shards that have got units from another, and have to be visited. */
import type { ShardKey } from '../../core/keys.ts'
import type { Along } from '../../core/limits/along.ts'
import type { Borrower } from '../../core/limits/limiter.ts'
import type { Result } from '../../core/limits/settling.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { PagesAhead } from '../pages-ahead.ts'

/**
 * What a visit begins with instead of reading it: the shard's item as it was read just before it got units, and *then* the items that have
 * lent them, as that left them. So it has read them in the order in which any visit does, and loses if the shard's has changed since.
 */
export interface SeenShard {
  readonly state: ShardState
  readonly owners?: readonly ShardState[]
  /** The first of its jobs, read after its item, and before it had its units. */
  readonly ahead?: PagesAhead
}

/** Each with what has been seen of it, if its item was read. */
export type Served = ReadonlyMap<ShardKey, SeenShard | undefined>

export const NOBODY: Served = new Map()

/** What has been served is told all the same. */
export interface Failed {
  readonly failure?: { readonly error: unknown }
}

/** Who was served before something fails has to be visited: nobody else knows of it before the sweep. */
export async function keepServed<Settled extends object>(
  served: Served,
  action: () => Promise<Settled>,
): Promise<Settled | (Failed & { readonly hasEntered: false; readonly served: Served })> {
  try {
    return await action()
  } catch (error) {
    if (served.size === 0) throw error
    return { hasEntered: false, served, failure: { error } }
  }
}

/**
 * Served by several, a shard's item may have been read again before one of the later ones: what was read first counts, for only that was
 * read before all of the owners. A later one may have forgotten a loan that an earlier owner's item still shows, and would find it anew.
 */
export function joinServed(parts: readonly Served[]): Served {
  const joined = new Map<ShardKey, SeenShard | undefined>()
  for (const [shard, seen] of parts.flatMap((part) => [...part])) {
    const before = joined.get(shard)
    const owners = [...(before?.owners ?? []), ...(seen?.owners ?? [])]
    joined.set(shard, seen && { ...(before ?? seen), owners })
  }
  return joined
}

/** A shard that was served at one limiter, for the others that cover it, with its item as above. */
export interface Following extends Along {
  readonly state: ShardState | undefined
}

/** What came of a shard's pass, and whom the visit has served before. */
export interface PassResult extends Result {
  readonly along?: readonly Following[]
  /** Items that were read while the pass was written, of those that are expected to be served. */
  readonly next?: ReadonlyMap<Borrower, ShardState | undefined>
  /** The worker takes its next job from the first one that is served. */
  readonly takesServed?: boolean
}
