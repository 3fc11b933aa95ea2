/** What a tick does for schedules: it asks each partition for one that is due before the next tick, and has those fired that have one. */
import { askedPartitions } from '../../core/schedule/asked-partitions.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import { TICK_AHEAD_MS } from '../../core/times.ts'
import type { DelayedFire } from '../../ports/queues.ts'
import type { Context } from '../context.ts'
import { soundPartitions } from './partitions.ts'
import { sendFires } from './send-fires.ts'

const SIDE_BY_SIDE = 32

/** What a part of a tick has come to. */
export interface TickPart {
  readonly sent: number
  /** What could not be read; all else has been. */
  readonly errors: readonly unknown[]
}

/** It costs half a read unit for each partition, however many schedules there are. */
export async function wakePartitions(
  context: Pick<Context, 'config' | 'store' | 'wake' | 'clock' | 'events'>,
): Promise<TickPart> {
  const { config, store, clock } = context
  const until = clock.now() + TICK_AHEAD_MS
  const partitions = askedPartitions(config.schedules, await soundPartitions(context))
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
  return { sent: await sendFires(context, fires), errors }
}
