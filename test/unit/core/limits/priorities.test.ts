/** Priorities in a line: who is served first, who gives way, and what a shard may use while better jobs of others wait. */
import { describe, expect, test } from 'vitest'
import { isKeptOut, LONGEST_LINE } from '../../../../lib/core/limits/full-line.ts'
import { jobsThatGoFirst, nextToGiveWayTo } from '../../../../lib/core/limits/giving-way.ts'
import { lineOf, mayBorrow } from '../../../../lib/core/limits/lending.ts'
import type { Limiter } from '../../../../lib/core/limits/limiter.ts'
import { placeAt, priorityIn } from '../../../../lib/core/limits/place.ts'
import { mayUse, type Portion, unitsWanted } from '../../../../lib/core/limits/portion.ts'
import { settle } from '../../../../lib/core/limits/settling.ts'
import { borrowed, loan, loanId, portionOf, slotBooks, slots, usage } from '../../../support/lending.ts'

const LACKS = { lack: { slots: true, starts: false }, hasClaimed: false }
const settled = (portion: Portion) => settle(portion, LACKS, () => loanId('new'))
/** Shard 0 of a partition with four slots has three of them. */
const holder = (waiting: readonly number[], line: Limiter['line'], part: Partial<Portion> = {}): Portion =>
  portionOf({
    limits: { concurrency: 4 },
    self: '0',
    borrowed: { slots: borrowed('a', 3) },
    books: slotBooks({ 0: loan('a', 3), 1: loan('b', 1) }, line),
    waiting,
    ...part,
  })
const may = (portion: Portion, inUse: number, freed = 0) =>
  mayUse(portion, usage(slots(inUse), slots(freed))).slots

describe('the line', () => {
  test('has better priorities first, whatever each has, and then goes by what each has, and by turn', () => {
    const line = { 0: placeAt(5, 1), 1: placeAt(0, 9), 2: placeAt(5, 2), 3: placeAt(9, 3), 4: placeAt(0, 4) }
    const given = portionOf({ books: slotBooks({ 1: loan('b', 3), 0: loan('a', 1) }, line) })
    expect(lineOf(given, 'slots')).toEqual(['4', '1', '2', '0', '3'])
  })

  test('has those last, whatever their priority, whose queue is gone: nobody looks after their jobs', () => {
    const line = { 0: placeAt(9, 1), 1: placeAt(0, 2), 2: placeAt(5, 3) }
    const given = portionOf({ books: slotBooks({}, line), isStranger: (name) => name === '1' })
    expect(lineOf(given, 'slots')).toEqual(['2', '0', '1'])
    expect(mayBorrow({ ...given, waiting: [4] }, 'slots', '2')).toBe(true)
  })

  test('lets one borrow that comes anew with a better job, and none with a worse one', () => {
    const given = (waiting: readonly number[]) => holder(waiting, { 1: placeAt(4, 1) })
    expect([3, 4, 5].map((priority) => mayBorrow(given([priority]), 'slots', '0'))).toEqual([
      true,
      false,
      false,
    ])
    expect(mayBorrow(given([4]), 'slots', '2')).toBe(true)
  })

  test('is full only for those with no better job than so many others', () => {
    const full = Object.fromEntries(Array.from({ length: LONGEST_LINE }, (_, n) => [`crm|${n}`, n + 1]))
    const given = (waiting: readonly number[]) =>
      portionOf({ self: 'crm|new', givesIdleBack: true, books: slotBooks({}, full), waiting })
    expect([4, 5, 6].map((priority) => isKeptOut(given([priority])))).toEqual([false, true, true])
  })

  test('is full with fewer where its limiter has a shorter one', () => {
    const given = (longestLine: number) =>
      portionOf({ self: 'crm|new', givesIdleBack: true, books: slotBooks({}, { 'crm|1': 1 }), longestLine })
    expect([1, 2].map((longest) => isKeptOut(given(longest)))).toEqual([true, false])
  })
})

describe('a shard with work of its own gives way', () => {
  const line = { 1: placeAt(3, 1) }

  test('to a better job whatever it has, to none that is worse, and among equals as ever', () => {
    const given = holder([5], line)
    expect([2, 3, 4].map((own) => nextToGiveWayTo(given, 'slots', '0', own))).toEqual([undefined, '1', '1'])
    const richer = { ...given, books: slotBooks({ 0: loan('a', 1), 1: loan('b', 3) }, line) }
    expect([2, 3, 4].map((own) => nextToGiveWayTo(richer, 'slots', '0', own))).toEqual([
      undefined,
      undefined,
      '1',
    ])
  })

  test('with all that its worse jobs would use, and with nothing that its better ones do', () => {
    expect(jobsThatGoFirst(holder([1, 3, 3, 7], line), 'slots', '0')).toBe(3)
    expect(may(holder([1, 7], line), 0)).toBe(1)
    expect(may(holder([7, 7], line), 1)).toBe(1)
    expect(may(holder([1, 2, 3], line), 0)).toBe(3)
    expect(may(holder([7], {}), 0)).toBe(3)
  })

  test('not with the unit that has become free, if its next job is better', () => {
    expect(may(holder([2], line), 2, 1)).toBe(3)
    expect(may(holder([4], line), 2, 1)).toBe(2)
    expect(may(holder([3], line), 2, 1)).toBe(2)
  })

  test('and asks for no more than its better jobs need', () => {
    const given = { ...holder([1, 7, 7], line), borrowed: {} }
    expect(unitsWanted(given, usage(slots(0)), 3, 3).slots).toBe(1)
  })
})

describe('a place', () => {
  const placeOf = (portion: Portion) => settled(portion).line.find(({ borrower }) => borrower === '0')?.turn

  test('has the priority of the first job that waits', () => {
    expect(placeOf(holder([2, 5], { 1: 7 }))).toBe(placeAt(2, 8))
    expect(placeOf(holder([5], { 1: placeAt(0, 7) }))).toBe(8)
  })

  test('changes with it, and keeps its turn', () => {
    expect(placeOf(holder([2], { 0: 3, 1: 7 }))).toBe(placeAt(2, 3))
    expect(placeOf(holder([5], { 0: placeAt(2, 3), 1: 7 }))).toBe(3)
    expect(placeOf(holder([5], { 0: 3, 1: 7 }))).toBeUndefined()
    expect(placeOf(holder([], { 0: placeAt(2, 3), 1: 7 }))).toBeUndefined()
  })

  test('further in front has to be looked from again, for others may have seen it behind', () => {
    expect(settled(holder([2], { 0: 3, 1: 7 })).hasEntered).toBe(true)
    expect(settled(holder([5], { 0: placeAt(2, 3), 1: 7 })).hasEntered).toBe(false)
  })

  test('keeps its priority when its shard is served, and goes to the end', () => {
    const given = { ...holder([9], { 1: placeAt(2, 7) }), books: slotBooks({}, { 1: placeAt(2, 7) }) }
    const { line, served } = settled({ ...given, borrowed: {} })
    expect(served).toEqual(['1'])
    const place = line.find(({ borrower }) => borrower === '1')?.turn ?? 0
    expect([priorityIn(place), place > placeAt(2, 7)]).toEqual([2, true])
  })

  test('of a worse priority gets nothing before those of the best have looked', () => {
    const line = { 1: placeAt(2, 7), 2: 3, 3: placeAt(2, 9) }
    const given = { ...holder([9], line), books: slotBooks({}, line), borrowed: {} }
    expect(settled(given).served).toEqual(['1', '3'])
  })
})
