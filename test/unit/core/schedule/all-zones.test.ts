/** The promise about daylight saving, in all zones of which the clocks are changed within three years. */
import { describe, expect, test } from 'vitest'
import { ticksAfter } from '../../../../lib/core/schedule/ticks.ts'
import { type ClockChange, clockChanges, localTime } from '../../../../lib/core/schedule/zone.ts'
import { at, cron, shown } from './rules.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const FROM = at('2026-01-01T00:00:00Z')
const DAYS = 3 * 365
const UNTIL = FROM + DAYS * DAY_MS

const ZONES = Intl.supportedValuesOf('timeZone')
const changesOf = new Map(ZONES.map((zone) => [zone, clockChanges(zone, FROM, UNTIL)]))
const CHANGED = ZONES.filter((zone) => (changesOf.get(zone) ?? []).length > 0)

/** `0 9 * * *` for a local time. */
const daily = (local: number): string => {
  const time = new Date(local)
  return `${time.getUTCMinutes()} ${time.getUTCHours()} * * *`
}

/** The dates of all its ticks from a local midnight on, for so many days. */
function datesOf(expression: string, zone: string, midnight: number, days: number): string[] {
  const ticks = ticksAfter(cron(expression, zone), instantOf(midnight, zone) - 1, days)
  return ticks.map((tick) => shown(tick, zone).slice(0, 10))
}
/** Of a midnight that clocks show. */
const instantOf = (local: number, zone: string): number => {
  const guess = local - (localTime(local, zone) - local)
  return guess - (localTime(guess, zone) - local)
}
const dates = (midnight: number, days: number): string[] =>
  Array.from({ length: days }, (_, day) => new Date(midnight + day * DAY_MS).toISOString().slice(0, 10))

/** Local times about a change: what it removes or repeats, its edges, and both ends of a day. */
function timesAbout({ before, after }: ClockChange): number[] {
  const [low, high] = [Math.min(before, after), Math.max(before, after)]
  const middle = Math.floor((low + high) / 2 / MINUTE_MS) * MINUTE_MS
  return [low - MINUTE_MS, low, middle, high - MINUTE_MS, high, 0, 12 * 3_600_000, DAY_MS - MINUTE_MS]
}

describe('the zones', () => {
  test('are known with their changes', () => {
    expect(CHANGED.length).toBeGreaterThan(100)
    for (const zone of ZONES) {
      const days = Array.from({ length: DAYS / 3 + 1 }, (_, n) => FROM + 3 * n * DAY_MS)
      const offsets = days.map((time) => Date.parse(`${shown(time, zone).replace(' ', 'T')}Z`) - time)
      const changed = offsets.filter((offset, n) => n > 0 && offset !== offsets[n - 1])
      expect([zone, changesOf.get(zone)?.length]).toEqual([zone, changed.length])
    }
  })

  test('change their clocks when they say', () => {
    for (const zone of CHANGED)
      for (const change of changesOf.get(zone) ?? []) {
        expect(localTime(change.at, zone)).toBe(change.after)
        expect(localTime(change.at - 1, zone)).toBe(change.before - 1)
        expect(Date.parse(`${shown(change.at, zone).replace(' ', 'T')}Z`)).toBe(change.after)
      }
  })
})

describe('a fixed daily time ticks exactly once on each local date', () => {
  test('about each change of each zone', () => {
    let tried = 0
    for (const zone of CHANGED)
      for (const change of changesOf.get(zone) ?? []) {
        const midnight = Math.floor(change.before / DAY_MS) * DAY_MS - DAY_MS
        for (const expression of new Set(timesAbout(change).map(daily))) {
          const found = datesOf(expression, zone, midnight, 4)
          expect([zone, expression, ...found]).toEqual([zone, expression, ...dates(midnight, 4)])
          tried += 1
        }
      }
    expect(tried).toBeGreaterThan(4000)
  })

  test('on all days of a year, in one of all zones that change alike', () => {
    const alike = new Map(CHANGED.map((zone) => [JSON.stringify(changesOf.get(zone)), zone]))
    expect(alike.size).toBeGreaterThan(20)
    for (const [n, zone] of [...alike.values()].entries()) {
      const expression = daily(((n * 37) % 1440) * MINUTE_MS)
      const midnight = FROM + DAY_MS
      const found = datesOf(expression, zone, midnight, 366)
      expect([zone, expression, ...found]).toEqual([zone, expression, ...dates(midnight, 366)])
    }
  })
})
