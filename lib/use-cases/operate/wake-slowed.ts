/**
 * Wakes the shards that wait for the end of a slow-down which somebody has ended before its time. They stand in no line, for nothing but
 * time lets them start, and most have no loan, so nobody has written down who they are. If the call dies, a sweep finds them.
 */
import type { ShardKey } from '../../core/keys.ts'
import { isHeldBySlowDown } from '../../core/pass/held.ts'
import type { WokenSoFar } from '../../core/queue/queue-pauses.ts'
import { NOTICED_AFTER_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { wakeOnePage } from './wake-queue.ts'

/** @param isMeant whether it may wait for that end */
export async function wakeSlowed(
  context: Pick<Context, 'store' | 'wake' | 'clock'>,
  isMeant: (shard: ShardKey) => boolean,
): Promise<void> {
  // Whoever has read the slow-down before it was ended has written by then that its shard waits.
  await context.clock.sleep(NOTICED_AFTER_MS)
  let from: WokenSoFar = { woken: 0 }
  do {
    from = await wakeOnePage(context, (state) => isHeldBySlowDown(state) && isMeant(state.shard), from)
  } while (from.cursor !== undefined)
}
