/** When rules tick: intervals, one time, and cron on the days on which clocks are changed. */
import { describe, expect, test } from 'vitest'
import {
  firstTick,
  movedBy,
  nextTick,
  previousTick,
  shortestGap,
  ticksAfter,
} from '../../../../lib/core/schedule/ticks.ts'
import { at, cron, every, iso, shownTicks } from './rules.ts'

const FIFTY_YEARS = at('2076-01-01T00:00:00Z')

describe('an interval', () => {
  const rule = every(60_000, 5000)

  test.each([
    [-1, 65_000],
    [5000, 65_000],
    [64_999, 65_000],
    [65_000, 125_000],
    [65_000.5, 125_000],
  ])('after %d ticks at %d', (after, next) => expect(nextTick(rule, after)).toBe(next))

  test.each([
    [125_000, 65_000],
    [125_001, 125_000],
    [65_000, undefined],
    [0, undefined],
  ])('before %d ticked at %s', (before, previous) => expect(previousTick(rule, before)).toBe(previous))

  test('has its first tick an interval after it was made', () => expect(firstTick(rule, 5000)).toBe(65_000))

  test('goes on for fifty years as exactly as in the first', () => {
    expect(nextTick(every(1000), FIFTY_YEARS)).toBe(FIFTY_YEARS + 1000)
    expect(previousTick(every(1000), FIFTY_YEARS)).toBe(FIFTY_YEARS - 1000)
  })

  test('is its own shortest gap', () => expect(shortestGap(rule)).toBe(60_000))
})

describe('a one-time', () => {
  const rule = { kind: 'at', at: 1000 } as const

  test('ticks one time', () => {
    expect([nextTick(rule, 999), nextTick(rule, 1000)]).toEqual([1000, undefined])
    expect([previousTick(rule, 1001), previousTick(rule, 1000)]).toEqual([1000, undefined])
    expect(ticksAfter(rule, 0, 5)).toEqual([1000])
  })
  test('that is past ticks first of all', () => expect(firstTick(rule, FIFTY_YEARS)).toBe(1000))
  test('has no gap', () => expect(shortestGap(rule)).toBe(Number.POSITIVE_INFINITY))
})

describe('a cron expression', () => {
  test('ticks strictly after, and before, whatever the milliseconds', () => {
    const rule = cron('0 9 * * *', 'Europe/Berlin')
    const nine = at('2026-01-05T08:00:00Z')
    expect([nine - 1, nine, nine + 1].map((time) => iso(nextTick(rule, time)))).toEqual([
      '2026-01-05T08:00:00Z',
      '2026-01-06T08:00:00Z',
      '2026-01-06T08:00:00Z',
    ])
    expect([nine, nine + 1, nine + 999].map((time) => iso(previousTick(rule, time)))).toEqual([
      '2026-01-04T08:00:00Z',
      '2026-01-05T08:00:00Z',
      '2026-01-05T08:00:00Z',
    ])
  })

  test('with six fields ticks to the second', () =>
    expect(ticksAfter(cron('*/20 * * * * *'), 0, 4)).toEqual([20_000, 40_000, 60_000, 80_000]))

  test('with a day and a weekday ticks on either', () =>
    expect(shownTicks(cron('0 9 13 * FRI'), '2026-02-01T00:00:00Z', 3)).toEqual([
      '2026-02-06 09:00:00',
      '2026-02-13 09:00:00',
      '2026-02-20 09:00:00',
    ]))

  test('on leap days waits for eight years, where a century is none', () =>
    expect(shownTicks(cron('0 9 29 2 *'), '2096-01-01T00:00:00Z', 2)).toEqual([
      '2096-02-29 09:00:00',
      '2104-02-29 09:00:00',
    ]))

  test('that no date is in never ticks', () => {
    expect(nextTick(cron('0 9 31 4 *'), 0)).toBeUndefined()
    expect(previousTick(cron('0 9 31 4 *'), FIFTY_YEARS)).toBeUndefined()
    expect(ticksAfter(cron('0 9 31 4 *'), 0, 5)).toEqual([])
  })

  test('did not tick before 1970', () => expect(previousTick(cron('0 9 * * *'), 0)).toBeUndefined())

  test('has a shortest gap that no change of clocks makes shorter', () => {
    expect(shortestGap(cron('0 9,10 1 * *', 'Europe/Berlin'))).toBe(3_600_000)
    expect(shortestGap(cron('0 1,3 * * *', 'Europe/Berlin'))).toBe(2 * 3_600_000)
    expect(shortestGap(cron('0 9 31 4 *'))).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('when clocks go forward', () => {
  test('a fixed time that is removed ticks when they have jumped, and says by how much', () => {
    const rule = cron('30 2 * * *', 'Europe/Berlin')
    expect(shownTicks(rule, '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28 02:30:00',
      '2026-03-29 03:00:00',
      '2026-03-30 02:30:00',
    ])
    const ticks = ticksAfter(rule, at('2026-03-28T00:00:00Z'), 3)
    expect(ticks.map((tick) => movedBy(rule, tick))).toEqual([undefined, 30 * 60_000, undefined])
  })

  test('fixed times that are removed together are one tick, and one with a time that is there', () => {
    const expected = ['2026-03-29 03:00:00', '2026-03-30 02:00:00']
    expect(shownTicks(cron('0,30 2 * * *', 'Europe/Berlin'), '2026-03-29T00:00:00Z', 2)).toEqual(expected)
    const both = cron('0 2,3 * * *', 'Europe/Berlin')
    expect(shownTicks(both, '2026-03-29T00:00:00Z', 2)).toEqual(expected)
    expect(movedBy(both, at('2026-03-29T01:00:00Z'))).toBeUndefined()
  })

  test('times with a step do not tick on that day', () =>
    expect(shownTicks(cron('*/30 2 * * *', 'Europe/Berlin'), '2026-03-28T01:15:00Z', 2)).toEqual([
      '2026-03-28 02:30:00',
      '2026-03-30 02:00:00',
    ]))

  // In Greenland the last hour of a Saturday does not exist.
  test.each(['0 23 * * *', '30 23 * * *', '59 59 23 * * *', '15,45 23 * * *', '30 23 28 3 *'])(
    '%s ticks in the last second of its date, if they jump to the next date',
    (expression) => {
      const rule = cron(expression, 'America/Nuuk')
      const last = at('2026-03-28T22:59:59-02:00')
      expect(nextTick(rule, at('2026-03-28T22:00:00-02:00'))).toBe(last)
      expect(previousTick(rule, last + 1)).toBe(last)
      expect(previousTick(rule, at('2026-03-29T06:00:00Z'))).toBe(last)
      expect(nextTick(rule, last)).toBeGreaterThanOrEqual(at('2026-03-29T23:00:00-01:00'))
      expect(movedBy(rule, last)).toBeLessThan(0)
    },
  )
  test('and says that it comes before its time', () => {
    const rule = cron('30 23 * * *', 'America/Nuuk')
    expect(movedBy(rule, at('2026-03-28T22:59:59-02:00'))).toBe(-30 * 60_000 - 1000)
    expect(movedBy(rule, at('2026-03-27T23:30:00-02:00'))).toBeUndefined()
  })
  test('a step does not tick there', () =>
    expect(shownTicks(cron('*/30 23 * * *', 'America/Nuuk'), '2026-03-28T01:45:00Z', 1)).toEqual([
      '2026-03-29 23:00:00',
    ]))

  test('a date that does not exist has no tick', () =>
    expect(shownTicks(cron('30 12 30,31 12 *', 'Pacific/Apia'), '2011-12-01T00:00:00Z', 2)).toEqual([
      '2011-12-31 12:30:00',
      '2012-12-30 12:30:00',
    ]))
})

describe('when clocks go back', () => {
  test('a fixed time that occurs twice ticks the first time', () => {
    const rule = cron('30 2 * * *', 'Europe/Berlin')
    expect(ticksAfter(rule, at('2026-10-24T12:00:00Z'), 2).map(iso)).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ])
    expect(iso(nextTick(rule, at('2026-10-25T01:10:00Z')))).toBe('2026-10-26T01:30:00Z')
    expect(iso(previousTick(rule, at('2026-10-25T12:00:00Z')))).toBe('2026-10-25T00:30:00Z')
  })

  test('times with a step tick as often as clocks show them', () =>
    expect(ticksAfter(cron('*/30 2 * * *', 'Europe/Berlin'), at('2026-10-24T12:00:00Z'), 5).map(iso)).toEqual(
      [
        '2026-10-25T00:00:00Z',
        '2026-10-25T00:30:00Z',
        '2026-10-25T01:00:00Z',
        '2026-10-25T01:30:00Z',
        '2026-10-26T01:00:00Z',
      ],
    ))
})
