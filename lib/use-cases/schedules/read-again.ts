/** What stands under the key of a schedule that somebody else has written since it was read. */
import type { Schedule, ScheduleKey } from '../../core/schedule/schedule.ts'
import { readSchedule } from '../../core/schedule/schedule-item.ts'
import type { Context } from '../context.ts'

/** One that nobody can read any more is somebody else's affair: its partition's next look meets it. */
export async function readAgain(
  { store }: Pick<Context, 'store'>,
  key: ScheduleKey,
): Promise<Schedule | undefined> {
  const item = await store.schedules.get(key)
  const schedule = item && readSchedule(item)
  return schedule?.ok ? schedule.value : undefined
}
