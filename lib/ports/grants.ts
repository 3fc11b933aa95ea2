/** What Sluice needs of a limiter's item to grant starts of a rate that shards share. */
import type { ShardKey } from '../core/keys.ts'
import type { GrantKey } from '../core/limits/grant.ts'
import type { ShardState } from '../core/shard/state.ts'

export interface GrantStore {
  /**
   * Writes starts that a limiter grants into its window, if nobody has granted any, lent anything or set a limit since it was
   * read. Counts as a pass.
   */
  grantStarts(limiter: ShardState, write: GrantWrite): Promise<GrantOutcome>
  /**
   * What becomes of a grant: the start that was made of it is remembered in a bucket that ends earlier, or, without one,
   * there is none. Nothing, if that has been done, or the grant is forgotten. Never increases what counts.
   */
  settleStart(limiter: ShardKey, grant: GrantKey, bucket?: string): Promise<void>
}

export interface GrantWrite {
  readonly take: readonly GrantKey[]
  /** Keys of grants that are not used, and of what is to be forgotten. */
  readonly drop: readonly string[]
  /** Epoch seconds at which the item may go, unless it has to stay. */
  readonly expiresAt: number
}
export type GrantOutcome =
  | { readonly kind: 'written'; readonly limiter: ShardState }
  | { readonly kind: 'conflict' }
