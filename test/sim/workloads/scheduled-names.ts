/** The names of all schedules that there may be in a run. */
import { scheduleKey } from '../../../lib/core/schedule/schedule-key.ts'
import type { Plan } from './plan.ts'

export interface Removed {
  readonly task: string
  readonly name: string
  readonly isDeclared: boolean
}

export function namesIn({ schedules, versions }: Plan): Removed[] {
  const declared = versions.flatMap(({ config }) => config.schedules.declared)
  const keys = new Map(declared.map(({ task, name }) => [scheduleKey(task, name), { task, name }]))
  return [
    ...(schedules?.names ?? []).map(({ task, name }) => ({ task, name, isDeclared: false })),
    ...[...keys.values()].map((one) => ({ ...one, isDeclared: true })),
  ]
}
