/** Whom else a shard of a partition without a limit borrows for. */
import { describe, expect, test } from 'vitest'
import { lendAhead, MOST_AHEAD } from '../../../../lib/core/limits/lend-ahead.ts'
import { PLAIN } from '../../../../lib/core/limits/lending.ts'
import type { Portion } from '../../../../lib/core/limits/portion.ts'
import { loan, portionOf, slotBooks } from '../../../support/lending.ts'

const UNLIMITED: Partial<Portion> = { limits: {}, shards: 125 }
const lentTo = (...names: readonly (number | string)[]) =>
  slotBooks(Object.fromEntries(names.map((name) => [String(name), loan(`of-${name}`, 8)])))
const aheadOf = (part: Partial<Portion>) => lendAhead(portionOf({ ...UNLIMITED, ...part })).borrowers

describe('a shard of a partition without a limit', () => {
  test('borrows for nobody else as the first one', () => {
    expect(aheadOf({ self: '3' })).toEqual([])
  })

  test('borrows for the four behind it as the second one, also around the end', () => {
    expect(aheadOf({ self: '7', books: lentTo(3) })).toEqual(['8', '9', '10', '11'])
    expect(aheadOf({ self: '123', books: lentTo(3) })).toEqual(['124', '0', '1', '2'])
  })

  test('passes by those that have units, and itself', () => {
    expect(aheadOf({ self: '1', books: lentTo(2, 4), shards: 6 })).toEqual(['3', '5', '0'])
  })

  test('borrows for all of 125 in five steps, so many at a time as an expression takes', () => {
    let names: readonly (string | number)[] = []
    const steps: number[] = []
    while (names.length < 125) {
      const self = String(Array.from({ length: 125 }, (_, n) => n).find((n) => !names.includes(String(n))))
      const ahead = aheadOf({ self, books: lentTo(...names) })
      expect(ahead.length).toBeLessThanOrEqual(MOST_AHEAD)
      names = [...names, self, ...ahead]
      steps.push(names.length)
    }
    expect(steps).toEqual([1, 6, 31, 96, 125])
    expect(new Set(names).size).toBe(125)
  })

  test('borrows as much for each as a shard has', () => {
    expect(lendAhead(portionOf({ ...UNLIMITED, self: '7', books: lentTo(3) })).units).toBe(8)
  })

  test('of a lane borrows for itself alone: of lanes there may be any number', () => {
    expect(aheadOf({ self: '7+pool.crm:1', books: lentTo(3) })).toEqual([])
    expect(aheadOf({ self: '+pool.crm:1', books: lentTo(3) })).toEqual([])
  })
})

test.each([
  ['a limit', { limits: { concurrency: 100 } }],
  ['a pause', { limits: { concurrency: 0 } }],
  ['one shard, whose item is the plain one', { self: PLAIN, shards: 1 }],
  ['no shards, as a limiter', { shards: undefined }],
] satisfies [string, Partial<Record<keyof Portion, unknown>>][])(
  'with %s nobody gets anything ahead',
  (_, part) => {
    const portion = portionOf({ ...UNLIMITED, self: '7', books: lentTo(3), ...(part as Partial<Portion>) })
    expect(lendAhead(portion).borrowers).toEqual([])
  },
)
