/** Which tick of a schedule is next whose jobs must not overlap, and which ticks pass while one is in the way. All times are epoch ms. */
import type { Advance, TickSpan } from './after-ticks.ts'
import { dueTicks } from './due-ticks.ts'
import { dueAtOf } from './job-of-tick.ts'
import type { Schedule } from './schedule.ts'
import { nextTick, previousTick } from './ticks.ts'

export interface Alone extends Advance {
  /** The one tick that makes a job now; the schedule goes on as its rule says from there. */
  readonly at?: number
  readonly skipped?: TickSpan
  readonly why: 'missed' | 'overlap'
  /** Another one is due after it. */
  readonly isMore: boolean
}

/** @param until how far ahead jobs are put */
export function dueAlone(schedule: Schedule, now: number, until: number): Alone {
  const { buffered } = schedule
  if (buffered !== undefined) return afterBuffered(schedule, buffered, { now, until })
  const { fire, skipped, nextAt, lastAt, isMore } = dueTicks(schedule, now, until, 1)
  const [at] = fire
  return {
    ...(at === undefined ? {} : { at }),
    ...(skipped ? { skipped } : {}),
    why: 'missed',
    nextAt,
    lastAt,
    isMore,
  }
}

interface Look {
  readonly now: number
  readonly until: number
}

/** The tick has waited, and is not missed, however late it is. Only one waits: those that were due meanwhile are over. */
function afterBuffered(schedule: Schedule, at: number, look: Look): Alone {
  const next = nextTick(schedule.rule, at)
  const meanwhile = next === undefined ? {} : passed(schedule, next, look)
  return { isMore: false, ...meanwhile, at, lastAt: at, why: 'overlap' }
}

/** The ticks from this one on that are due by now make no job. `lastAt` stays: it is the tick whose job is in the way. */
export const passedOver = (schedule: Schedule, from: number, look: Look): Alone => ({
  ...passed(schedule, from, look),
  lastAt: schedule.lastAt,
  why: 'overlap',
})

function passed(
  schedule: Schedule,
  from: number,
  { now, until }: Look,
): Pick<Alone, 'nextAt' | 'skipped' | 'isMore'> {
  // The last nominal time whose job is due by now.
  const last = now - dueAtOf(schedule, 0)
  const nextAt = nextTick(schedule.rule, Math.max(last, from - 1))
  const isMore = nextAt !== undefined && nextAt <= until
  if (from > last) return { nextAt, isMore }
  return { nextAt, isMore, skipped: { from, to: previousTick(schedule.rule, last + 1) ?? from } }
}
