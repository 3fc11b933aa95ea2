/**
 * Wakes the shards that wait for a start of a rate which somebody has raised. Each has the time for which it was granted one in its own
 * item, and nobody else knows who they are. If the call dies, a sweep finds those that have to wait for longer than until then.
 */
import type { WokenSoFar } from '../../core/queue/queue-pauses.ts'
import type { ShardGlance } from '../../core/shard/state.ts'
import { NOTICED_AFTER_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { wakeOnePage } from './wake-queue.ts'

export async function wakeRated(
  context: Pick<Context, 'store' | 'wake' | 'clock'>,
  isMeant: (state: ShardGlance) => boolean,
): Promise<void> {
  // Whoever has read the rate before it was raised has written by then that its shard waits.
  await context.clock.sleep(NOTICED_AFTER_MS)
  let from: WokenSoFar = { woken: 0 }
  do from = await wakeOnePage(context, isMeant, from)
  while (from.cursor !== undefined)
}
