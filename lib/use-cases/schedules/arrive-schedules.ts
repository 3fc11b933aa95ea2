/** Items that somebody has put into the Schedules table by hand, or changed there: each is made a schedule, and fired if it is due. */
import type { ScheduleKey } from '../../core/schedule/schedule.ts'
import { isNote } from '../../core/schedule/schedule-key.ts'
import { UNKNOWN_LATEST_MS } from '../../core/times.ts'
import type { FireMessage } from '../../ports/queues.ts'
import type { Context } from '../context.ts'
import { firePartition } from './fire-partition.ts'

/**
 * Up to a hundred, by their keys: the image of the stream is old, and what stands there now is judged. None holds up another, nor the
 * stream: what fails goes on by messages.
 * @throws if not even a message could be sent: all of them have to come again
 */
export async function arriveSchedules(context: Context, arrived: readonly string[]): Promise<void> {
  const keys = [...new Set(arrived)].filter((key) => !isNote(key)) as ScheduleKey[]
  if (keys.length === 0) return
  const message: FireMessage = { fire: keys, until: context.clock.now() + UNKNOWN_LATEST_MS }
  try {
    await firePartition(context, message)
  } catch (error) {
    context.events.emit({ kind: 'schedules not fired', fire: keys, error })
    await context.wake.send([{ ...message, delay_ms: 0 }])
  }
}
