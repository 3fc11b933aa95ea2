/** A tick that is due before the clock's next tick looks: whoever has made it has it fired. */
import { isFired } from '../../core/schedule/is-fired.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { TICK_AHEAD_MS } from '../../core/times.ts'
import type { WakeQueue } from '../../ports/queues.ts'
import type { ScheduleContext } from './withdraw.ts'

export const isSoon = ({ nextAt }: Pick<Schedule, 'nextAt'>, now: number): boolean =>
  nextAt !== undefined && nextAt <= now + TICK_AHEAD_MS

/** If the message is lost, the clock's next tick finds the schedule: up to a minute late. */
export async function fireSoon(
  { config, store, clock, wake }: ScheduleContext & { wake(): WakeQueue },
  schedule: Schedule,
): Promise<void> {
  const now = clock.now()
  if (!isSoon(schedule, now)) return
  if (!isFired(config.schedules, schedule, await store.schedules.partitions())) return
  await wake().send([{ fire: [schedule.key], until: now + TICK_AHEAD_MS, delay_ms: 0 }])
}
