/** Schedules as tests write them down. */
import type { Schedule, ScheduleVersion } from '../../lib/core/schedule/schedule.ts'
import { type ScheduleItem, toScheduleItem } from '../../lib/core/schedule/schedule-item.ts'
import { scheduleKey } from '../../lib/core/schedule/schedule-key.ts'
import { NOW } from './builders.ts'

export const asVersion = (version: number): ScheduleVersion => version as ScheduleVersion

/** Hourly, never fired, due in an hour. */
export function scheduleOf(part: Partial<Omit<Schedule, 'key'>> = {}): Schedule {
  const { task = 'sync', name = 'nightly' } = part
  return {
    queue: 'crm',
    rule: { kind: 'cron', cron: '0 * * * *', timeZone: 'UTC' },
    payload: { customer: 'acme' },
    options: {
      missed: 'one',
      catchUp_ms: 3_600_000,
      overlap: 'allow',
      delivery: 'exactlyOnce',
      onFailure: 'retry',
      window_ms: 0,
    },
    partition: 7,
    nextAt: NOW + 3_600_000,
    version: asVersion(NOW),
    createdAt: NOW,
    updatedAt: NOW,
    ...part,
    key: scheduleKey(task, name),
    task,
    name,
  }
}

export const scheduleItem = (part: Partial<Omit<Schedule, 'key'>> = {}): ScheduleItem =>
  toScheduleItem(scheduleOf(part))
