/** What a tick does for schedules: it asks each partition for one that is due before the next tick, and has those fired that have one. */
import { askedPartitions } from '../../core/schedule/asked-partitions.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import { TICK_AHEAD_MS } from '../../core/times.ts'
import type { DelayedFire } from '../../ports/queues.ts'
import type { Context } from '../context.ts'
import { sendFires } from './send-fires.ts'

const SIDE_BY_SIDE = 32

type TickContext = Pick<Context, 'config' | 'store' | 'wake' | 'clock' | 'events'>

/**
 * Returns how many are fired. It costs half a read unit for each partition, however many schedules there are.
 * @throws what the first partition has met that could not be asked, when all others have been
 */
export async function wakePartitions(context: TickContext): Promise<number> {
  const { config, store, clock } = context
  const until = clock.now() + TICK_AHEAD_MS
  const partitions = askedPartitions(config.schedules, await store.schedules.partitions())
  const fires: DelayedFire[] = []
  const errors: unknown[] = []
  await forEachSideBySide(partitions, SIDE_BY_SIDE, async (partition) => {
    try {
      const { schedules } = await store.schedules.due({ partition, until, limit: 1 })
      if (schedules.length > 0) fires.push({ fire: partition, until, delay_ms: 0 })
    } catch (error) {
      errors.push(error)
    }
  })
  const sent = await sendFires(context, fires)
  if (errors.length > 0) throw errors[0]
  return sent
}
