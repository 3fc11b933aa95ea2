/** The days on which a change of the clocks makes a schedule tick otherwise than its rule reads: said when it is made. */
import { cronOf } from './cron.ts'
import { nextCronTick } from './cron-ticks.ts'
import type { CronRule, Rule } from './rule.ts'
import { type ClockChange, clockChanges, DAY_MS, localTime, startOfDay } from './zone.ts'

const SECOND_MS = 1000
const YEAR_MS = 366 * DAY_MS

/**
 * `none`: it does not tick at all on a date on which it should. `moved`: a fixed time does not exist, and ticks at another. `twice`: it
 * ticks at times that occur twice, although it does not tick all day long.
 */
export type UnusualDay = {
  /** Of the zone, like 2030-03-31. */
  readonly date: string
  readonly change: ClockChange
  /** The first local time that the rule means, of those that the change removes or repeats. */
  readonly meant: number
} & ({ readonly kind: 'none' | 'twice' } | Moved)

interface Moved {
  readonly kind: 'moved'
  /** The local time at which it ticks instead. */
  readonly to: number
  /** There are others like `meant`, and all together are one tick. */
  readonly isOneOfSeveral: boolean
}

/** Of the year that follows. */
export function unusualDays(rule: Rule, from: number): UnusualDay[] {
  if (rule.kind !== 'cron') return []
  return clockChanges(rule.timeZone, from, from + YEAR_MS).flatMap((change) => {
    const day = change.before < change.after ? dayOfGap(rule, change) : dayOfRepetition(rule, change)
    return day ? [day] : []
  })
}

/** For people: a sentence for each such day. */
export const warningsOf = (rule: Rule, from: number): string[] =>
  rule.kind === 'cron' ? unusualDays(rule, from).map((day) => warning(rule.timeZone, day)) : []

function dayOfGap(rule: CronRule, change: ClockChange): UnusualDay | undefined {
  const { nextLocal, isFixedTime } = cronOf(rule)
  const { before, after } = change
  const meant = nextLocal(before - SECOND_MS)
  if (meant === undefined || meant >= after) return undefined
  const day = { date: dateText(meant), change, meant }
  if (!hasTickOnDate(rule, change, startOfDay(meant))) return { ...day, kind: 'none' }
  if (!isFixedTime) return undefined
  const isSameDate = startOfDay(after) === startOfDay(meant)
  const nextMeant = nextLocal(meant) ?? after
  return {
    ...day,
    kind: 'moved',
    to: isSameDate ? after : before - SECOND_MS,
    isOneOfSeveral: nextMeant < (isSameDate ? after : startOfDay(meant) + DAY_MS),
  }
}

/** Whether it ticks on a date of which that change removes a part, or all. */
function hasTickOnDate(rule: CronRule, { at, before }: ClockChange, date: number): boolean {
  const start = at - Math.max(0, before - date)
  const tick = nextCronTick(rule, start - 1)
  return tick !== undefined && startOfDay(localTime(tick, rule.timeZone)) === date
}

function dayOfRepetition(rule: CronRule, change: ClockChange): UnusualDay | undefined {
  const { nextLocal, isFixedTime, isEveryHour } = cronOf(rule)
  // All day long: its ticks come at the same distance from each other as ever.
  if (isFixedTime || isEveryHour) return undefined
  const meant = nextLocal(change.after - SECOND_MS)
  if (meant === undefined || meant >= change.before) return undefined
  return { date: dateText(meant), kind: 'twice', change, meant }
}

function warning(timeZone: string, day: UnusualDay): string {
  const { before, after } = day.change
  const change = `on ${day.date} the clocks of ${timeZone} go from ${clockText(before)} to ${clockText(after)}`
  const meant = clockText(day.meant)
  switch (day.kind) {
    case 'none':
      return `${change}: it does not tick at all on that day`
    case 'twice':
      return `${change}: its ticks between them, from ${meant} on, come twice`
    case 'moved':
      return day.isOneOfSeveral
        ? `${change}: its ticks between them, from ${meant} on, are one, at ${clockText(day.to)}`
        : `${change}: its tick at ${meant} comes at ${clockText(day.to)}`
  }
}

const dateText = (local: number): string => new Date(local).toISOString().slice(0, 10)
/** Without seconds, if there are none. */
const clockText = (local: number): string => new Date(local).toISOString().slice(11, 19).replace(/:00$/, '')
