/**
 * What people set for a partition or a limiter is changed as it stands: read, changed by a rule, and written if it still is
 * what was read. So of two people who set different things simultaneously neither undoes what the other has said.
 */
import type { ShardKey } from '../../core/keys.ts'
import type { LimitOverride } from '../../core/limits/limits.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'

export type Amendment = (override: LimitOverride | undefined) => LimitOverride | undefined

/** @param expiresAt when the item may go if nothing is set in the end; absent if passes say that */
export async function amend(
  { store }: Pick<Context, 'store'>,
  owner: ShardKey,
  change: Amendment,
  expiresAt?: number,
): Promise<ShardState> {
  for (;;) {
    const read = await readState(store.states, owner)
    const written = await store.states.override(read, change(read.override), expiresAt)
    if (written) return written
  }
}

const FENCES_SIDE_BY_SIDE = 16

/** Makes every pass lose that has read one of these shards before: it may have read the old limits. */
export const fenceAll = (
  { store }: Pick<Context, 'store'>,
  shards: readonly ShardKey[],
  expiresAt: number,
  keeps?: 'limits',
): Promise<void> =>
  forEachSideBySide(shards, FENCES_SIDE_BY_SIDE, (shard) => store.states.fence(shard, expiresAt, keeps))
