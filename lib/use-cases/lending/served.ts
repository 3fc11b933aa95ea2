/** The shards that have got units from another, and have to be visited. */
import type { ShardKey } from '../../core/keys.ts'
import type { Along } from '../../core/limits/along.ts'
import type { Result } from '../../core/limits/settling.ts'
import type { ShardState } from '../../core/shard/state.ts'

/**
 * Each with its item as it was read just before it got them, if it was: a visit that begins with that has read it before the books, as
 * any has, and loses if it has changed since.
 */
export type Served = ReadonlyMap<ShardKey, ShardState | undefined>

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

export const joinServed = (parts: readonly Served[]): Served => new Map(parts.flatMap((part) => [...part]))

/** A shard that was served at one limiter, for the others that cover it, with its item as above. */
export interface Following extends Along {
  readonly state: ShardState | undefined
}

/** What came of a shard's pass, and whom the visit has served before. */
export interface PassResult extends Result {
  readonly along?: readonly Following[]
}
