/** What the job of a tick says of it. */
import type { Schedule, TickOfJob } from './schedule.ts'
import { movedBy, previousTick, ticksAfter } from './ticks.ts'

const NEXT_TICKS = 5

/** What it needs of a schedule, as it was before it fired. */
export interface TickedSchedule
  extends Pick<Schedule, 'task' | 'name' | 'rule' | 'nextAt' | 'lastAt' | 'createdAt'> {
  readonly options: Pick<Schedule['options'], 'onFailure'>
}

/** Of a tick that the rule has. */
export function tickOfJob(schedule: TickedSchedule, at: number): TickOfJob {
  const moved_ms = movedBy(schedule.rule, at)
  return { ...withoutRule(schedule, at), ...(moved_ms === undefined ? {} : { moved_ms }) }
}

/** Of a job that somebody has asked for beside the rule, at that time. */
export const manualTick = (schedule: TickedSchedule, at: number): TickOfJob => ({
  ...withoutRule(schedule, at),
  isManual: true,
})

function withoutRule(schedule: TickedSchedule, at: number): TickOfJob {
  const { task, name, rule } = schedule
  const { onFailure } = schedule.options
  const previous = previousOf(schedule, at)
  return {
    task,
    name,
    at,
    ...(previous === undefined ? {} : { previous }),
    next: ticksAfter(rule, at, NEXT_TICKS),
    ...(onFailure === 'retry' ? {} : { onFailure }),
  }
}

/**
 * The tick before, fired or skipped. One that this very firing passes is not noted yet; and what the rule would have had before it was
 * this schedule's rule, the schedule never had.
 */
function previousOf({ rule, nextAt, lastAt, createdAt }: TickedSchedule, at: number): number | undefined {
  const byRule = previousTick(rule, at)
  if (byRule !== undefined && nextAt !== undefined && byRule >= nextAt) return byRule
  if (lastAt === undefined || lastAt < at) return lastAt
  return byRule !== undefined && byRule >= createdAt ? byRule : undefined
}
