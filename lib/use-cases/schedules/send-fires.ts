/** Messages that have schedules fired. None of them is needed for good: the next tick finds whatever is still due. */
import { SendIncompleteError } from '../../core/errors.ts'
import type { ScheduleKey } from '../../core/schedule/schedule.ts'
import { type DelayedFire, type FireMessage, SCHEDULES_A_MESSAGE } from '../../ports/queues.ts'
import type { Context } from '../context.ts'

/** What a visit leaves to another, at a time: epoch ms. */
export interface Rest extends Pick<FireMessage, 'fire' | 'cursor'> {
  readonly at: number
}

/** Those of the same time go by one message. What is due only when the next tick has come is left to that. */
export async function goOnBy(
  context: Pick<Context, 'wake' | 'clock' | 'events'>,
  { until = 0 }: FireMessage,
  rests: readonly Rest[],
): Promise<void> {
  const now = context.clock.now()
  const fires = together(rests.filter(({ at }) => at <= until)).map(
    ({ at, ...rest }): DelayedFire => ({
      ...rest,
      until,
      ...(at > now ? { dueAt: at } : {}),
      delay_ms: Math.max(0, at - now),
    }),
  )
  await sendFires(context, fires)
}

function together(rests: readonly Rest[]): Rest[] {
  const partitions = rests.filter(({ fire }) => typeof fire === 'number')
  const schedules = [...Map.groupBy(rests, ({ at }) => at)].flatMap(([at, group]) => {
    const keys = group.flatMap(({ fire }) => (typeof fire === 'number' ? [] : fire))
    return inMessages(keys).map((fire) => ({ fire, at }))
  })
  return [...partitions, ...schedules]
}

/** As many as one message names. */
export const inMessages = (keys: readonly ScheduleKey[]): ScheduleKey[][] =>
  Array.from({ length: Math.ceil(keys.length / SCHEDULES_A_MESSAGE) }, (_, n) =>
    keys.slice(n * SCHEDULES_A_MESSAGE, (n + 1) * SCHEDULES_A_MESSAGE),
  )

/** Returns how many were sent. */
export async function sendFires(
  { wake, events }: Pick<Context, 'wake' | 'events'>,
  fires: readonly DelayedFire[],
): Promise<number> {
  if (fires.length === 0) return 0
  try {
    await wake.send(fires)
    return fires.length
  } catch (error) {
    const unsent = error instanceof SendIncompleteError ? (error.unsent as readonly DelayedFire[]) : fires
    events.emit({ kind: 'firings not sent', fires: unsent.map(({ fire }) => fire), error })
    return fires.length - unsent.length
  }
}
