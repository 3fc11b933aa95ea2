/** Many schedules that tick each hour, all at the same time, as their items stand in the table. */
import type { Config } from '../../lib/core/queue/config.ts'
import { newSchedule } from '../../lib/core/schedule/definition.ts'
import { definitionOf } from '../../lib/core/schedule/definition-of.ts'
import { schedulePartition } from '../../lib/core/schedule/partition-of.ts'
import type { Schedule } from '../../lib/core/schedule/schedule.ts'
import { type ScheduleItem, toScheduleItem } from '../../lib/core/schedule/schedule-item.ts'
import { scheduleKey } from '../../lib/core/schedule/schedule-key.ts'

export const QUEUE = 'crm'
const TASK = 'sync'
export const HOUR_MS = 3_600_000

export interface Wish {
  readonly count: number
  /** Epoch ms. They are made then, and tick at the next full hour. */
  readonly now: number
  readonly options?: Partial<Pick<Schedule['options'], 'delivery' | 'overlap'>>
}

/** A schedule for each customer. The rule is read once for all of them: they differ in their names, and so in where they lie. */
export function hourlySchedules(config: Config, { count, now, options = {} }: Wish): ScheduleItem[] {
  const rule = { cron: '0 * * * *' }
  const asked = { task: TASK, name: 'first', queue: QUEUE, rule, payload: { customer: 'first' }, options }
  const definition = definitionOf(config, asked, now)
  if (!definition.ok) throw new Error(definition.reason)
  const first = newSchedule(definition.value, 'absent', now)
  return Array.from({ length: count }, (_, n) => {
    const name = `customer-${String(n).padStart(6, '0')}`
    const named = { ...first, name, key: scheduleKey(TASK, name), payload: { customer: name } }
    return toScheduleItem({ ...named, partition: schedulePartition(config.schedules, named) })
  })
}
