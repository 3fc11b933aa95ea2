/** What somebody says of a schedule, beside what has become of it: what changes when it is scheduled again under the same name. */
import { isDeepEqual } from '../deep-equal.ts'
import type { Rule } from './rule.ts'
import { continued } from './rule-input.ts'
import type { Schedule } from './schedule.ts'
import { type FoundVersion, versionAfter } from './schedule-item.ts'
import { nextTick } from './ticks.ts'

export type Definition = Pick<
  Schedule,
  'key' | 'task' | 'name' | 'queue' | 'rule' | 'payload' | 'options' | 'declared' | 'partition' | 'chosen'
>

/**
 * When it ticks next, by its rule: after now, and after the tick up to which others have fired it. A one-time that has not been fired
 * is due, however long ago its time was.
 */
export function tickToCome(
  { rule, lastAt }: Pick<Schedule, 'rule' | 'lastAt'>,
  now: number,
): number | undefined {
  if (rule.kind === 'at') return lastAt === rule.at ? undefined : rule.at
  return nextTick(rule, Math.max(now, lastAt ?? 0))
}

export function newSchedule(definition: Definition, found: FoundVersion, now: number): Schedule {
  const nextAt = tickToCome(definition, now)
  return {
    ...definition,
    ...(nextAt === undefined ? {} : { nextAt }),
    version: versionAfter(found, now),
    createdAt: now,
    updatedAt: now,
  }
}

/** `details`: it goes on as before, with another payload, say. `rule`: its next tick is after now. */
export type Difference = 'none' | 'details' | 'rule'

export function differenceOf(schedule: Schedule, definition: Definition, now: number): Difference {
  const rule = continued(schedule.rule, definition.rule)
  if (!isDeepEqual(rule, schedule.rule) || hasStopped(schedule, now)) return 'rule'
  return isDeepEqual(detailsOf(schedule), detailsOf(definition)) ? 'none' : 'details'
}

/** Set aside, or without a next tick although its rule has one. Who schedules it anew has it fire again. */
function hasStopped(schedule: Schedule, now: number): boolean {
  if (schedule.setAside) return true
  return schedule.nextAt === undefined && !schedule.pause && tickToCome(schedule, now) !== undefined
}

const detailsOf = ({ queue, payload, options, declared, chosen }: Definition) => ({
  queue,
  payload,
  options,
  declared,
  // By another number of partitions it moves with its next tick, and nobody has changed it.
  chosen,
})

/** The schedule as somebody has just said it. What has become of it stays: its last tick, its pause, its age. */
export function redefined(
  { setAside: _, nextAt: __, buffered: ___, ...schedule }: Schedule,
  definition: Definition,
  now: number,
): Schedule {
  const { chosen: _chosen, declared: _declared, ...before } = schedule
  const rule = continued(schedule.rule, definition.rule)
  const version = versionAfter(schedule.version, now)
  const from = laterThan(schedule, now)
  const made = { ...withLastOf(before, rule), ...definition, rule, ruleFrom: from, updatedAt: from, version }
  const nextAt = made.pause ? undefined : tickToCome(made, from)
  return { ...made, ...(nextAt === undefined ? {} : { nextAt }) }
}

/** The last tick of a one-time says that it was fired. Of another rule, and at the same time by chance, it must not say that. */
function withLastOf<S extends Pick<Schedule, 'rule' | 'lastAt'>>(
  before: S,
  rule: Rule,
): S | Omit<S, 'lastAt'> {
  if (rule.kind !== 'at' || before.lastAt !== rule.at || before.rule.kind === 'at') return before
  const { lastAt: _, ...others } = before
  return others
}

/** The same where only details have changed: its ticks are those that they were. */
export function withDetails(schedule: Schedule, definition: Definition, now: number): Schedule {
  const { chosen: _, declared: __, ...before } = schedule
  const { rule: ___, ...details } = definition
  const updatedAt = laterThan(schedule, now)
  return { ...before, ...details, updatedAt, version: versionAfter(schedule.version, now) }
}

/** Whose clock is behind has changed it later all the same: what has ticked before the last change never ticks again. */
const laterThan = ({ updatedAt }: Schedule, now: number): number => Math.max(now, updatedAt + 1)
