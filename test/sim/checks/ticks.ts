/** The observer's own reading of rules: when they tick, by the documentation and by the zones that Intl knows, and not by the product. */
import type { Rule } from '../../../lib/core/schedule/rule.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The ticks after one time and before another, neither included. */
export function ticksBetween(rule: Rule, after: number, before: number): number[] {
  if (rule.kind === 'at') return rule.at > after && rule.at < before ? [rule.at] : []
  if (rule.kind === 'every') return everyBetween(rule.from, rule.every_ms, { after, before })
  const pace_ms = paceOf(rule.cron)
  return pace_ms === undefined
    ? dailyBetween(rule.cron, rule.timeZone, { after, before })
    : everyBetween(0, pace_ms, { after, before })
}

export const isTick = (rule: Rule, at: number): boolean => ticksBetween(rule, at - 1, at + 1).length === 1

/** The first tick after a time, if it comes within two days. */
export const firstAfter = (rule: Rule, after: number): number | undefined =>
  rule.kind === 'every'
    ? everyBetween(rule.from, rule.every_ms, { after, before: after + 2 * rule.every_ms })[0]
    : ticksBetween(rule, after, after + (rule.kind === 'at' ? Number.POSITIVE_INFINITY : 2 * DAY_MS))[0]

interface Between {
  readonly after: number
  readonly before: number
}

/** The clocks of all zones that a run has show whole minutes when UTC does. */
function paceOf(cron: string): number | undefined {
  if (cron === '* * * * *') return MINUTE_MS
  const seconds = /^\*\/(\d+) \* \* \* \* \*$/.exec(cron)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

/** The time from which it counts is no tick. */
function everyBetween(from: number, pace_ms: number, { after, before }: Between): number[] {
  const ticks: number[] = []
  for (let n = Math.max(1, Math.floor((after - from) / pace_ms) + 1); from + n * pace_ms < before; n++)
    ticks.push(from + n * pace_ms)
  return ticks
}

/** Once on each local date: the first time that the clocks show it, or when they have jumped over it. */
function dailyBetween(cron: string, zone: string, { after, before }: Between): number[] {
  const [minute, hour, ...rest] = cron.split(' ')
  if (rest.join(' ') !== '* * *') throw new Error(`the observer cannot read "${cron}"`)
  const time_ms = (Number(hour) * 60 + Number(minute)) * MINUTE_MS
  const ticks: number[] = []
  for (let day = Math.floor(after / DAY_MS) - 1; day * DAY_MS < before + 2 * DAY_MS; day++) {
    const tick = onDate(day * DAY_MS + time_ms, zone)
    if (tick > after && tick < before) ticks.push(tick)
  }
  return ticks
}

const known = new Map<string, number>()

/** @param shown what clocks show, written as if it were UTC */
function onDate(shown: number, zone: string): number {
  const name = `${zone} ${shown}`
  const tick = known.get(name) ?? findOnDate(shown, zone)
  known.set(name, tick)
  return tick
}

function findOnDate(shown: number, zone: string): number {
  const [before_ms, after_ms] = [offsetAt(shown - DAY_MS, zone), offsetAt(shown + DAY_MS, zone)]
  const candidates = [shown - before_ms, shown - after_ms].filter((at) => at + offsetAt(at, zone) === shown)
  return candidates.length > 0 ? Math.min(...candidates) : jumpNear(shown, zone)
}

/** The minute in which the clocks change. */
function jumpNear(shown: number, zone: string): number {
  let [least, most] = [shown - DAY_MS, shown + DAY_MS]
  const before_ms = offsetAt(least, zone)
  while (most - least > MINUTE_MS) {
    const middle = least + Math.floor((most - least) / 2 / MINUTE_MS) * MINUTE_MS
    if (offsetAt(middle, zone) === before_ms) least = middle
    else most = middle
  }
  return most
}

const formats = new Map<string, Intl.DateTimeFormat>()

function offsetAt(at: number, zone: string): number {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    })
  formats.set(zone, format)
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at / MINUTE_MS) * MINUTE_MS
}
