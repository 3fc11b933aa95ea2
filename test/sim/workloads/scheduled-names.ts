/** The names of all schedules that there may be in a run. */
import { scheduleKey } from '../../../lib/core/schedule/schedule-key.ts'
import type { Plan } from './plan.ts'
import type { QueuePlan } from './queues.ts'

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

interface Place {
  readonly queue: QueuePlan
  readonly tenant: string
}

/** Where the jobs lie of what versions declare. */
export const placesOfDeclared = ({ versions }: Plan): Place[] =>
  versions.flatMap(({ config, queues }) =>
    config.schedules.declared.flatMap(({ queue: name, payload }) =>
      queues
        .filter((queue) => queue.name === name)
        .map((queue) => ({ queue, tenant: (payload as { readonly tenant?: string }).tenant ?? '' })),
    ),
  )
