/** Rules and times of the tests of schedules. */
import type { CronRule, IntervalRule, Rule } from '../../../../lib/core/schedule/rule.ts'
import { ticksAfter } from '../../../../lib/core/schedule/ticks.ts'

export const at = (text: string): number => Date.parse(text)
export const iso = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().replace('.000Z', 'Z')

export const cron = (expression: string, timeZone = 'UTC'): CronRule => ({
  kind: 'cron',
  cron: expression,
  timeZone,
})
export const every = (every_ms: number, from = 0): IntervalRule => ({ kind: 'every', every_ms, from })

const formats = new Map<string, Intl.DateTimeFormat>()

/** What clocks of the zone show, like `2026-03-29 03:00:00`: not by the code under test. */
export function shown(time: number, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(timeZone, format)
  return format.format(time)
}

export const shownTicks = (rule: Rule, after: string, most: number): string[] => {
  const timeZone = rule.kind === 'cron' ? rule.timeZone : 'UTC'
  return ticksAfter(rule, at(after), most).map((tick) => shown(tick, timeZone))
}
