/** A handler that begins later than its start on record says. */

import type { ShardKey } from '../../core/keys.ts'
import { bucketOf } from '../../core/limits/window.ts'
import { START_LEAD_MS } from '../../core/times.ts'
import type { StartCounting } from '../../ports/queues.ts'
import type { Context } from '../context.ts'

/**
 * If the write that recorded the start was slow, the handler begins later than it says, so another start is recorded at
 * the true time. Returns false if the first record may already have left the window: another job may have used that
 * start, and the handler must not run.
 */
export async function countLateStart(
  { store, clock }: Context,
  shard: ShardKey,
  startedAt: number,
  rate: StartCounting | undefined,
): Promise<boolean> {
  let [counted, ahead_ms] = [startedAt, START_LEAD_MS]
  while (rate && clock.now() - counted > Math.max(1, rate.margin_ms / 2)) {
    const onRecord = counted
    // As far ahead as the last write took, so that sooner or later a write lands before the time that it records.
    ahead_ms += clock.now() - counted
    counted = clock.now() + ahead_ms
    await store.states.remember(shard, bucketOf(counted, rate.bucket_ms))
    // The other half is kept in reserve for clocks that differ.
    if (clock.now() - onRecord > rate.kept_ms / 2) return false
  }
  return true
}
