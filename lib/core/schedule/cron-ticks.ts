/**
 * The ticks of a cron rule. A fixed time has one on each of its dates: one that a change of the clocks removes ticks when they have
 * jumped. If they jump to the next date, as Greenland's do, it ticks in the last second before; or its date would have none.
 */
import { cronOf } from './cron.ts'
import type { CronRule } from './rule.ts'
import { type ClockChange, clockChanges, gapAround, localTime, startOfDay } from './zone.ts'

const SECOND_MS = 1000

/** Strictly after an instant. */
export function nextCronTick(rule: CronRule, after: number): number | undefined {
  const next = cronOf(rule).nextAfter(after)
  return lastSecondBetween(rule, after, next) ?? next
}

/** Strictly before an instant. */
export function lastCronTick(rule: CronRule, before: number): number | undefined {
  let last = cronOf(rule).lastBefore(before)
  for (let next = last; next !== undefined && next < before; next = nextCronTick(rule, next)) last = next
  return last
}

/** The tick in the last second of a date whose time was removed, if there is one between two ticks that croner knows. */
function lastSecondBetween(rule: CronRule, after: number, next: number | undefined): number | undefined {
  const { isFixedTime, nextLocal } = cronOf(rule)
  if (!isFixedTime || next === undefined) return undefined
  const change = clockChanges(rule.timeZone, after, next).find(({ at, ...gap }) => {
    const meant = cutsShort(gap) ? nextLocal(gap.before - SECOND_MS) : undefined
    return meant !== undefined && startOfDay(meant) === startOfDay(gap.before) && at - SECOND_MS > after
  })
  return change && change.at - SECOND_MS
}

/** Whether it removes the end of a date, and not the whole of it. */
const cutsShort = ({ before, after }: Omit<ClockChange, 'at'>): boolean =>
  startOfDay(before) < startOfDay(after) && startOfDay(before) < before

/**
 * By how much the clocks at a tick differ from the time that the expression means: more than nothing if they have jumped over it,
 * less if they are about to. Absent: they show it.
 */
export function cronMovedBy(rule: CronRule, at: number): number | undefined {
  const { isFixedTime, nextLocal } = cronOf(rule)
  const local = localTime(at, rule.timeZone)
  if (!isFixedTime || nextLocal(local - SECOND_MS) === local) return undefined
  // The clocks jump to this tick, or a second after it.
  const gap = gapAround(local - SECOND_MS, rule.timeZone) ?? gapAround(local + SECOND_MS, rule.timeZone)
  if (!gap) return undefined
  const meant = nextLocal(gap.before - SECOND_MS)
  return meant !== undefined && meant < gap.after ? local - meant : undefined
}

/** Any Monday does. An expression whose ticks lie less close together in its first fifty than later is hardly to be found. */
const A_MONDAY = Date.UTC(2024, 0, 1)
const LOOKED_AT = 50

export function shortestCronGap(rule: CronRule): number {
  const { nextLocal } = cronOf(rule)
  let shortest_ms = Number.POSITIVE_INFINITY
  let last = nextLocal(A_MONDAY - SECOND_MS)
  for (let looks = 1; looks < LOOKED_AT && last !== undefined; looks += 1) {
    const next = nextLocal(last)
    if (next !== undefined) shortest_ms = Math.min(shortest_ms, next - last)
    last = next
  }
  return shortest_ms
}
