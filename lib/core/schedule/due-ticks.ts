/** Which ticks of a schedule make their jobs now, which are skipped for good, and when its next one is. */
import { MISSED_AFTER_MS } from '../times.ts'
import { offsetIn } from './offset.ts'
import type { Rule } from './rule.ts'
import type { Schedule, ScheduleOptions } from './schedule.ts'
import { nextTick, previousTick } from './ticks.ts'

/** What it needs of a schedule. */
export interface Ticking extends Pick<Schedule, 'key' | 'rule' | 'nextAt' | 'lastAt'> {
  readonly options: Pick<ScheduleOptions, 'missed' | 'catchUp_ms' | 'window_ms'>
}

export interface DueTicks {
  /** The nominal times of those that make a job each, in order. */
  readonly fire: readonly number[]
  /** Those before them that make none. */
  readonly skipped?: SkippedTicks
  /** Of the schedule when they are fired. Absent: it has no other tick. */
  readonly nextAt?: number
  /** The last of all these, fired or skipped. */
  readonly lastAt?: number
  /** `nextAt` is due as well: ask again with the schedule as it is then. */
  readonly isMore: boolean
}

export interface SkippedTicks {
  readonly count: number
  /** There are more than `count`: nobody counts a million of them. */
  readonly isAtLeast?: true
  /** The nominal times of the first and the last. */
  readonly from: number
  readonly to: number
}

/**
 * Of the ticks up to `until`, at most `most`. A tick is missed if its job would start later than a minute after it should: then
 * `missed` decides, as far back as `catchUp_ms`. A one-time is never missed: if its time is past, it fires now. The `nextAt`
 * of the schedule is believed to be a tick.
 */
export function dueTicks(schedule: Ticking, now: number, until: number, most: number): DueTicks {
  const { rule, nextAt, lastAt } = schedule
  if (nextAt === undefined) return { fire: [], ...(lastAt === undefined ? {} : { lastAt }), isMore: false }
  const first = firstToFire(schedule, nextAt, now)
  const fire: number[] = []
  let next = first
  while (next !== undefined && next <= until && fire.length < most) {
    fire.push(next)
    next = nextTick(rule, next)
  }
  const skipped = first === nextAt ? undefined : skippedBetween(rule, nextAt, first ?? now)
  const last = fire.at(-1) ?? skipped?.to ?? lastAt
  return {
    fire,
    ...(skipped ? { skipped } : {}),
    ...(next === undefined ? {} : { nextAt: next }),
    ...(last === undefined ? {} : { lastAt: last }),
    isMore: next !== undefined && next <= until,
  }
}

/** The first tick from `nextAt` on that is not skipped, whether it is due or not. Jumps over the others, for there may be a million. */
function firstToFire({ key, rule, options }: Ticking, nextAt: number, now: number): number | undefined {
  if (rule.kind === 'at') return nextAt
  const due = now - offsetIn(options.window_ms, key)
  const inTime = due - MISSED_AFTER_MS
  const caughtUp = Math.min(inTime, due - options.catchUp_ms)
  const from = (at: number) => (at <= nextAt ? nextAt : nextTick(rule, at - 1))
  switch (options.missed) {
    case 'all':
      return from(caughtUp)
    case 'skip':
      return from(inTime)
    case 'one': {
      if (nextAt >= inTime) return nextAt
      const latest = Math.max(nextAt, previousTick(rule, inTime) ?? nextAt)
      return latest >= caughtUp ? latest : from(inTime)
    }
  }
}

/** As far as it is worth counting. */
const MOST_COUNTED = 100

function skippedBetween(rule: Rule, from: number, before: number): SkippedTicks {
  const to = Math.max(from, previousTick(rule, before) ?? from)
  if (rule.kind === 'every') return { count: Math.floor((to - from) / rule.every_ms) + 1, from, to }
  let [count, tick] = [1, from]
  while (tick < to && count < MOST_COUNTED) {
    tick = nextTick(rule, tick) ?? to
    count += 1
  }
  return { count, ...(tick < to ? { isAtLeast: true } : {}), from, to }
}
