/** The units of a total or a pool changed at run time: one write to the limiter's item. */
import type { ShardKey } from '../../core/keys.ts'
import { NO_BOOKS } from '../../core/limits/books.ts'
import type { LimitOverride } from '../../core/limits/limits.ts'
import { type LimiterName, limiterKey } from '../../core/limits/queue-limiter.ts'
import { keptUntil } from '../../core/shard/expiry.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { Context } from '../context.ts'
import { wakeNow } from '../wake.ts'

const FENCES_SIDE_BY_SIDE = 16

/**
 * When it returns, nothing more is admitted above the new limit: the write makes every loan lose that is being made, and a
 * fence in each shard that has units makes every pass lose that has read the old limit.
 */
export async function setLimiter(
  { store, wake, clock }: Pick<Context, 'store' | 'wake' | 'clock'>,
  name: LimiterName,
  limits: LimitOverride | undefined,
): Promise<void> {
  const { books = NO_BOOKS } = await store.states.override(limiterKey(name), limits)
  const borrowers = Object.keys(books.slots.loans) as ShardKey[]
  const expiresAt = keptUntil(clock.now())
  // Shards of any kind borrow, and plain ones own the limits of their partitions.
  const fence = (shard: ShardKey) => store.states.fence(shard, expiresAt, 'limits')
  await forEachSideBySide(borrowers, FENCES_SIDE_BY_SIDE, fence)
  await wakeNow({ wake }, new Set([...borrowers, ...(Object.keys(books.slots.line) as ShardKey[])]))
}
