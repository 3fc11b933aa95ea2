import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  afterReturn,
  arrived,
  givesWay,
  held,
  lastTurn,
  lendMore,
  lentOut,
  NOTHING_LENT,
  outstanding,
} from '../../../../lib/core/limits/limiter.ts'
import { borrowed, loan, loanId } from '../../../support/lending.ts'

const counters = fc.tuple(fc.nat(20), fc.nat(20)).map(([one, other]) => [one + other, other] as const)

describe('a loan', () => {
  test('begins with its own id, and keeps it while it grows', () => {
    const first = lendMore(undefined, 2, loanId('one'))
    expect(first).toEqual(loan('one', 2))
    expect(lendMore(first, 3, loanId('two'))).toEqual(loan('one', 5))
  })

  test('that is paid back is forgotten', () => {
    expect(afterReturn(loan('one', 5), borrowed('one', 5, 4))).toEqual(loan('one', 5, 4))
    expect(afterReturn(loan('one', 5, 4), borrowed('one', 5, 5))).toBeUndefined()
  })

  test('is not changed by what an earlier one has returned', () => {
    expect(afterReturn(loan('two', 5), borrowed('one', 9, 9))).toEqual(loan('two', 5))
  })

  test.prop([counters, counters])('never loses a return that was known', ([lent, known], [got, returned]) => {
    const after = afterReturn(loan('one', lent, known), borrowed('one', got, returned))
    expect(outstanding(after)).toBeLessThanOrEqual(lent - known)
    expect(afterReturn(after ?? loan('one', 1), borrowed('one', got, 0))).toEqual(after ?? loan('one', 1))
  })

  test('nobody owes anything of none', () => {
    expect([outstanding(undefined), held(undefined), lentOut(NOTHING_LENT)]).toEqual([0, 0, 0])
  })

  test('counts in the sum for what has not come back', () => {
    expect(lentOut({ loans: { 0: loan('a', 5, 2), 1: loan('b', 1) }, line: {} })).toBe(4)
  })
})

describe('what a shard has', () => {
  test('is nothing without a loan', () => {
    expect(arrived(undefined, undefined)).toEqual({})
    expect(arrived(borrowed('one', 3, 3), undefined)).toEqual({})
  })

  test('is what was lent to it, when it first reads of that', () => {
    expect(arrived(undefined, loan('one', 3, 1))).toEqual({ borrowed: borrowed('one', 3, 1) })
    expect(arrived(borrowed('old', 2, 2), loan('one', 3))).toEqual({ borrowed: borrowed('one', 3) })
  })

  test('grows by what was lent since, and is never less than it was', () => {
    expect(arrived(borrowed('one', 3, 1), loan('one', 5))).toEqual({ borrowed: borrowed('one', 5, 1) })
    expect(arrived(borrowed('one', 5, 1), loan('one', 3))).toEqual({ borrowed: borrowed('one', 5, 1) })
  })

  test('does not fit the books while it has units of a loan that they do not know', () => {
    expect(arrived(borrowed('one', 3, 1), undefined)).toBe('stale')
    expect(arrived(borrowed('one', 3, 1), loan('two', 3))).toBe('stale')
  })

  test.prop([counters, counters])(
    'is never more than the limiter has out',
    ([lent, known], [got, returned]) => {
      fc.pre(got <= lent && known <= returned)
      const units = arrived(borrowed('one', got, returned), loan('one', lent, known))
      if (units === 'stale') throw new Error('it is one loan')
      expect(held(units.borrowed)).toBeLessThanOrEqual(lent - known)
    },
  )
})

describe('a shard that could use its unit itself', () => {
  test.prop([fc.integer({ min: 1, max: 50 })])('gives it to one that has none', (units) => {
    expect(givesWay(units, 0)).toBe(true)
  })

  test('gives it to one that has two fewer, and keeps it from equals', () => {
    expect([givesWay(3, 1), givesWay(3, 2), givesWay(3, 3), givesWay(3, 4)]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  test.prop([fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 40 })])(
    'does not swap it for ever with another',
    (one, other) => {
      let [a, b, swaps] = [one, other, 0]
      while (givesWay(Math.max(a, b), Math.min(a, b)) && swaps < 100) {
        ;[a, b] = [Math.max(a, b) - 1, Math.min(a, b) + 1]
        swaps++
      }
      expect(swaps).toBeLessThanOrEqual(20)
      expect(Math.abs(a - b)).toBeLessThan(2)
    },
  )
})

test('who enters the line is behind all that stand there', () => {
  expect(lastTurn(NOTHING_LENT)).toBe(1)
  expect(lastTurn({ loans: {}, line: { 0: 7, 1: 3 } })).toBe(8)
})
