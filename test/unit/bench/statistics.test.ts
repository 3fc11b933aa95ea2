import { describe, expect, test } from 'vitest'
import { judged, percent, shown } from '../../../bench/flow/rows.ts'
import { busyShare, quantile, rateUse, StopWatch } from '../../../bench/flow/statistics.ts'

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  test.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])('%d of 1 to 100 is %d', (part, value) => {
    expect(quantile(hundred, part)).toBe(value)
  })

  test('of nothing is an error, not a figure', () => {
    expect(() => quantile([], 0.5)).toThrow('nothing was measured')
  })
})

test('spans count for as long as they lie in the window, those without an end too', () => {
  const spans = [
    { from: 0, until: 15 },
    { from: 12, until: 14 },
    { from: 18, until: Number.POSITIVE_INFINITY },
    { from: 30, until: 40 },
  ]
  expect(busyShare(spans, 2, { from: 10, until: 20 })).toBe((5 + 2 + 2) / 20)
})

describe('the use of a rate', () => {
  test('of three starts a second, all together and not a ms too late, is full', () => {
    expect(rateUse([0, 0, 0, 1000, 1000, 1000, 2000], 3, 1000)).toBe(1)
  })

  test('does not depend on where in a period the last start lies', () => {
    const starts = [0, 1, 2, 1250, 1251, 1252, 2500, 2501, 2502]
    for (const count of [7, 8, 9]) expect(rateUse(starts.slice(0, count), 3, 1000)).toBe(0.8)
  })

  test('of less than a period is an error', () => {
    expect(() => rateUse([1, 2, 3], 3, 1000)).toThrow('nothing was measured')
  })
})

test('a stop-watch adds up how long something was the case, also while it is', () => {
  const watch = new StopWatch()
  expect(watch.read(5)).toBe(0)
  watch.set(true, 10)
  watch.set(true, 20)
  watch.set(false, 30)
  expect(watch.read(40)).toBe(20)
  watch.set(true, 50)
  expect(watch.read(60)).toBe(30)
})

describe('a row', () => {
  const goal = { atLeast: 98 }
  test.each([
    ['a goal that is met holds', judged('a', 98, goal), { ok: true, holds: true, goal: '≥ 98' }],
    ['one that is missed does not', judged('a', 97, goal), { ok: false, holds: false }],
    [
      'one that is out of reach holds by its bound',
      judged('a', 97, goal, { atLeast: 96 }),
      { ok: false, holds: true, bound: '≥ 96' },
    ],
    ['and is missed below that', judged('a', 95, goal, { atLeast: 96 }), { ok: false, holds: false }],
    ['a goal may be a ceiling', judged('a', 1001, { atMost: 1000 }), { ok: false, goal: '≤ 1000' }],
    ['what is only shown always holds', shown('a', 7), { ok: true, holds: true }],
  ])('%s', (_, row, expected) => {
    expect(row).toMatchObject(expected)
  })

  test('percentages have one digit', () => {
    expect(percent(0.97654)).toBe(97.7)
  })
})
