/** Ticks of any expression about a change of the clocks, against what somebody finds who looks at the clocks each minute. */
import { fc } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { nextTick, previousTick } from '../../../../lib/core/schedule/ticks.ts'
import { clockChanges } from '../../../../lib/core/schedule/zone.ts'
import { at, cron, shown } from './rules.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const FROM = at('2026-01-01T00:00:00Z')

/** By an hour, by half of one, by two, at midnight, before midnight, and the other way round than the rest. */
const ZONES = [
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/Havana',
  'America/Nuuk',
  'America/Santiago',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Antarctica/Troll',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
]
const CHANGES = ZONES.flatMap((zone) =>
  clockChanges(zone, FROM, FROM + 366 * 24 * HOUR_MS).map((change) => ({ zone, ...change })),
)

const someOf = (numbers: readonly number[], most: number) =>
  fc
    .subarray([...numbers], { minLength: 1, maxLength: most })
    .map((chosen) => ({ chosen, text: chosen.join() }))
const stepped = (size: number, steps: readonly number[]) =>
  fc.constantFrom(...steps).map((step) => ({
    chosen: Array.from({ length: Math.ceil(size / step) }, (_, n) => n * step),
    text: step === 1 ? '*' : `*/${step}`,
  }))
const HOURS_OF_CHANGES = [0, 1, 2, 3, 4, 22, 23]
const minutes = { fixed: someOf([0, 1, 15, 29, 30, 44, 45, 59], 3), stepped: stepped(60, [1, 7, 15, 30]) }
const hours = { fixed: someOf(HOURS_OF_CHANGES, 3), stepped: stepped(24, [1, 2, 5]) }

type Field = { readonly chosen: readonly number[]; readonly text: string }
interface Looked {
  /** Each minute of the hours about the change, by what the clocks show. */
  readonly ticks: readonly number[]
  readonly from: number
  readonly until: number
}
const HOURS = 4
const minutesAbout = CHANGES.map(({ at: changed, zone }) => {
  const from = changed - HOURS * HOUR_MS
  return Array.from({ length: 2 * HOURS * 60 - 1 }, (_, n) => {
    const time = from + (n + 1) * MINUTE_MS
    const [date = '', text = ''] = shown(time, zone).split(' ')
    return { time, date, text: text.slice(0, 5) }
  })
})
const about = (n: number, matches: (date: string, time: string) => boolean): Looked => {
  const { at: changed } = CHANGES[n] ?? { at: 0 }
  const found = (minutesAbout[n] ?? []).filter(({ date, text }) => matches(date, text))
  const ticks = found.map(({ time }) => time)
  return { ticks, from: changed - HOURS * HOUR_MS, until: changed + HOURS * HOUR_MS }
}
const two = (number: number) => String(number).padStart(2, '0')
const timesOf = (minute: Field, hour: Field) =>
  new Set(hour.chosen.flatMap((h) => minute.chosen.map((m) => `${two(h)}:${two(m)}`)))

function walked(rule: ReturnType<typeof cron>, { from, until }: Looked): number[] {
  const ticks: number[] = []
  for (let tick = nextTick(rule, from); tick !== undefined && tick < until; tick = nextTick(rule, tick))
    ticks.push(tick)
  return ticks
}
function walkedBack(rule: ReturnType<typeof cron>, { from, until }: Looked): number[] {
  const ticks: number[] = []
  for (
    let tick = previousTick(rule, until);
    tick !== undefined && tick > from;
    tick = previousTick(rule, tick)
  )
    ticks.push(tick)
  return ticks.reverse()
}

const change = fc.nat(CHANGES.length - 1)
const counting = fc.oneof(
  fc.tuple(minutes.stepped, hours.fixed),
  fc.tuple(minutes.fixed, hours.stepped),
  fc.tuple(minutes.stepped, hours.stepped),
)

test('one with a step ticks whenever clocks show its times', () => {
  const property = fc.property(change, counting, (n, [minute, hour]) => {
    const changed = CHANGES[n]
    if (!changed) throw new Error('no change')
    const times = timesOf(minute, hour)
    const looked = about(n, (_date, time) => times.has(time))
    const rule = cron(`${minute.text} ${hour.text} * * *`, changed.zone)
    expect(walked(rule, looked)).toEqual(looked.ticks)
    expect(walkedBack(rule, looked)).toEqual(looked.ticks)
  })
  fc.assert(property, { numRuns: 150 })
})

test('fixed times tick the first time that clocks show them, and moved if they never do', () => {
  const property = fc.property(change, minutes.fixed, hours.fixed, (n, minute, hour) => {
    const changed = CHANGES[n]
    if (!changed) throw new Error('no change')
    const times = timesOf(minute, hour)
    const seen = new Set<string>()
    const looked = about(n, (date, time) => {
      const isFirst = times.has(time) && !seen.has(`${date} ${time}`)
      seen.add(`${date} ${time}`)
      return isFirst
    })
    const rule = cron(`${minute.text} ${hour.text} * * *`, changed.zone)
    const ticks = walked(rule, looked)
    expect(walkedBack(rule, looked)).toEqual(ticks)
    const isMoved = [...times].some((time) => isJumpedOver(changed, time))
    const moved = ticks.filter((tick) => !looked.ticks.includes(tick))
    expect(looked.ticks.filter((tick) => !ticks.includes(tick))).toEqual([])
    // One moment takes all that one date has lost; it may have a tick of its own.
    const jumps = [changed.at - 1000, changed.at]
    expect(moved.filter((tick) => !jumps.includes(tick))).toEqual([])
    expect(isMoved || moved.length === 0).toBe(true)
    expect(!isMoved || jumps.some((jump) => ticks.includes(jump))).toBe(true)
  })
  fc.assert(property, { numRuns: 300 })
})

const isJumpedOver = ({ before, after }: (typeof CHANGES)[number], time: string): boolean => {
  for (let local = before; local < after; local += MINUTE_MS)
    if (new Date(local).toISOString().slice(11, 16) === time) return true
  return false
}
