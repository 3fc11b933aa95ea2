/** A schedule as it is shown to people. */

import type { Config } from '../core/queue/config.ts'
import { isFired } from '../core/schedule/is-fired.ts'
import type { Rule } from '../core/schedule/rule.ts'
import type { Schedule, ScheduleOptions } from '../core/schedule/schedule.ts'
import { type ScheduleState, stateOf } from '../core/schedule/schedule-state.ts'
import type { PartitionsNote } from '../ports/store.ts'

/** `every` in ms; without `aligned` its ticks are counted from `from`. */
export type RuleInfo =
  | { readonly cron: string; readonly timeZone: string }
  | { readonly every: number; readonly aligned: true }
  | { readonly every: number; readonly from: Date }
  | { readonly at: Date }

export interface ScheduleInfo {
  readonly task: string
  readonly name: string
  /** Of its jobs. */
  readonly queue: string
  readonly rule: RuleInfo
  readonly payload: unknown
  readonly options: ScheduleOptions
  readonly state: ScheduleState
  /** Its next tick that no job was put for. Absent unless it is `active`. */
  readonly next?: Date
  /** The last tick that was fired or skipped: up to a minute and a half ahead of now, for jobs are put ahead. */
  readonly last?: Date
  readonly pause?: { readonly at: Date; readonly by: string; readonly reason?: string }
  readonly setAside?: { readonly at: Date; readonly reason: string }
  /** The configuration declares it. */
  readonly declared?: true
  /** In which partition of schedules it lies: by another number of them than configured until it has moved. */
  readonly partition: number
  /** The partition that the configuration gives it is none of those that are enabled: it is not fired, whatever its state. */
  readonly isDisabled?: true
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** How this schedule is shown, by what is configured of partitions, and what is noted. */
export function scheduleInfo(
  schedule: Schedule,
  { schedules }: Pick<Config, 'schedules'>,
  note: PartitionsNote | undefined,
): ScheduleInfo {
  const { task, name, queue, payload, options, partition, pause, setAside, declared } = schedule
  const state = stateOf(schedule)
  return {
    ...{ task, name, queue, payload, options, partition, state },
    rule: ruleInfo(schedule.rule),
    ...(state === 'active' ? dated('next', schedule.nextAt) : {}),
    ...dated('last', schedule.lastAt),
    ...(pause ? { pause: { ...pause, at: new Date(pause.at) } } : {}),
    ...(setAside ? { setAside: { ...setAside, at: new Date(setAside.at) } } : {}),
    ...(declared ? { declared } : {}),
    ...(isFired(schedules, schedule, note) ? {} : { isDisabled: true }),
    createdAt: new Date(schedule.createdAt),
    updatedAt: new Date(schedule.updatedAt),
  }
}

const dated = <Name extends string>(name: Name, time: number | undefined) =>
  (time === undefined ? {} : { [name]: new Date(time) }) as { readonly [One in Name]?: Date }

function ruleInfo(rule: Rule): RuleInfo {
  switch (rule.kind) {
    case 'cron':
      return { cron: rule.cron, timeZone: rule.timeZone }
    case 'every': {
      const { every_ms: every, from } = rule
      return from === 0 ? { every, aligned: true } : { every, from: new Date(from) }
    }
    case 'at':
      return { at: new Date(rule.at) }
  }
}
