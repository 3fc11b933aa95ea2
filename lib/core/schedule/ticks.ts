/** When a rule ticks. All times are nominal: epoch ms, on the tick, whatever window its jobs are spread over. */
import { isValidInstant } from '../text/instant.ts'
import { cronMovedBy, lastCronTick, nextCronTick, shortestCronGap } from './cron-ticks.ts'
import type { IntervalRule, Rule } from './rule.ts'

/** The next tick strictly after an instant. Absent: there is none before the year 10000. */
export function nextTick(rule: Rule, after: number): number | undefined {
  const next = uncheckedNext(rule, Math.max(after, -1))
  return next !== undefined && isValidInstant(next) ? next : undefined
}

function uncheckedNext(rule: Rule, after: number): number | undefined {
  switch (rule.kind) {
    case 'cron':
      return nextCronTick(rule, after)
    case 'every':
      return nthTick(rule, Math.max(1, Math.floor((after - rule.from) / rule.every_ms) + 1))
    case 'at':
      return rule.at > after ? rule.at : undefined
  }
}

/** The last tick strictly before an instant. Absent: there is none since 1970. */
export function previousTick(rule: Rule, before: number): number | undefined {
  const previous = uncheckedPrevious(rule, before)
  return previous !== undefined && isValidInstant(previous) ? previous : undefined
}

function uncheckedPrevious(rule: Rule, before: number): number | undefined {
  switch (rule.kind) {
    case 'cron':
      return lastCronTick(rule, before)
    case 'every': {
      const n = Math.ceil((before - rule.from) / rule.every_ms) - 1
      return n >= 1 ? nthTick(rule, n) : undefined
    }
    case 'at':
      return rule.at < before ? rule.at : undefined
  }
}

/** The time that it counts from is no tick: the first one comes an interval later. */
const nthTick = ({ from, every_ms }: IntervalRule, n: number): number => from + n * every_ms

/** The first tick of a rule that somebody makes at that time. A time that is past ticks now. */
export const firstTick = (rule: Rule, now: number): number | undefined =>
  rule.kind === 'at' ? rule.at : nextTick(rule, now)

/** Up to so many ticks strictly after an instant. */
export function ticksAfter(rule: Rule, after: number, most: number): number[] {
  const ticks: number[] = []
  for (let last: number | undefined = after; ticks.length < most; ) {
    last = nextTick(rule, last)
    if (last === undefined) break
    ticks.push(last)
  }
  return ticks
}

/** By how much a change of the clocks has moved a tick, as the clocks show it. Absent: not at all. */
export const movedBy = (rule: Rule, at: number): number | undefined =>
  rule.kind === 'cron' ? cronMovedBy(rule, at) : undefined

/** The shortest time between two ticks, changes of the clocks aside: so the answer is the same all year. */
export function shortestGap(rule: Rule): number {
  switch (rule.kind) {
    case 'cron':
      return shortestCronGap(rule)
    case 'every':
      return rule.every_ms
    case 'at':
      return Number.POSITIVE_INFINITY
  }
}
