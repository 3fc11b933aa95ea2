/**
 * Wakes the shards that wait for a time which somebody has brought forward: the end of a slow-down, or a start of a rate that was raised. They
 * stand in no line for that, and most have no loan, so nobody has written down who they are: each has it in its own item. If the call
 * dies, a sweep finds them.
 */
import type { WokenSoFar } from '../../core/queue/queue-pauses.ts'
import type { ShardGlance } from '../../core/shard/state.ts'
import { NOTICED_AFTER_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { wakeOnePage } from './wake-queue.ts'

/** @param isMeant by its notes: whether it may wait for that */
export async function wakeHeld(
  context: Pick<Context, 'store' | 'wake' | 'clock'>,
  isMeant: (state: ShardGlance) => boolean,
): Promise<void> {
  // Whoever has read what held it before that was changed has written by then that its shard waits.
  await context.clock.sleep(NOTICED_AFTER_MS)
  let from: WokenSoFar = { woken: 0 }
  do from = await wakeOnePage(context, isMeant, from)
  while (from.cursor !== undefined)
}
