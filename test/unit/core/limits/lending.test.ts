import { describe, expect, test } from 'vitest'
import { nextToGiveWayTo } from '../../../../lib/core/limits/giving-way.ts'
import { freeUnits, lineOf, mayBorrow, PLAIN, unitsOf } from '../../../../lib/core/limits/lending.ts'
import type { Limiter } from '../../../../lib/core/limits/limiter.ts'
import { loan, portionOf, slotBooks, slots } from '../../../support/lending.ts'

const partition = (loans: Limiter['loans'], line: Limiter['line'] = {}, ownUse = 0) =>
  portionOf({ books: slotBooks(loans, line), ownUse: slots(ownUse) })

describe('units are free', () => {
  test('that are neither lent nor used by the plain shard', () => {
    expect(freeUnits(partition({}), 'slots')).toBe(10)
    expect(freeUnits(partition({ 0: loan('a', 5, 2), 1: loan('b', 1) }, {}, 2), 'slots')).toBe(4)
  })

  test('fewer than none, if the limit was lowered', () => {
    expect(freeUnits(partition({ 0: loan('a', 9) }, {}, 3), 'slots')).toBe(-2)
  })

  test('without end, if nothing limits them', () => {
    const unlimited = { ...partition({ 0: loan('a', 9) }), limits: {} }
    expect(freeUnits(unlimited, 'slots')).toBe(Number.POSITIVE_INFINITY)
  })
})

test('the plain shard has what it uses, and any other what it has borrowed', () => {
  const given = partition({ 0: loan('a', 5, 2) }, {}, 4)
  expect([PLAIN, '0', '1'].map((name) => unitsOf(given, 'slots', name))).toEqual([4, 3, 0])
})

describe('the line', () => {
  test('has the poorest first, and among equals who has waited longest', () => {
    const given = partition(
      { 0: loan('a', 3), 1: loan('b', 1), 2: loan('c', 1) },
      { 0: 1, 1: 9, 2: 4, 3: 12 },
    )
    expect(lineOf(given, 'slots')).toEqual(['3', '2', '1', '0'])
  })

  test('knows the plain shard by what it uses', () => {
    const given = partition({ 0: loan('a', 3) }, { 0: 1, [PLAIN]: 2 }, 2)
    expect(lineOf(given, 'slots')).toEqual([PLAIN, '0'])
  })
})

describe('free units', () => {
  test('are for everybody if nobody waits', () => {
    expect(mayBorrow(partition({ 0: loan('a', 9) }), 'slots', '0')).toBe(true)
  })

  test('are for the next in the line, and for who has less than that one', () => {
    const given = partition({ 0: loan('a', 2), 1: loan('b', 3), 2: loan('c', 2) }, { 0: 1, 1: 2 })
    expect(['0', '1', '2', '3'].map((name) => mayBorrow(given, 'slots', name))).toEqual([
      true,
      false,
      false,
      true,
    ])
  })
})

describe('a shard with work of its own gives way', () => {
  const line = { 0: 1, 1: 2 }

  test('to nobody if nobody else waits', () => {
    expect(nextToGiveWayTo(partition({ 0: loan('a', 5) }, { 0: 1 }), 'slots', '0')).toBeUndefined()
  })

  test('to the next in the line, not to itself', () => {
    const given = partition({ 0: loan('a', 1), 1: loan('b', 1), 2: loan('c', 3) }, line)
    expect(nextToGiveWayTo(given, 'slots', '2')).toBe('0')
    expect(nextToGiveWayTo({ ...given, books: slotBooks({ 0: loan('a', 3) }, line) }, 'slots', '0')).toBe('1')
  })

  test('not if the next has as much', () => {
    const given = partition({ 0: loan('a', 2), 1: loan('b', 2), 2: loan('c', 3) }, line)
    expect(nextToGiveWayTo(given, 'slots', '2')).toBeUndefined()
  })
})
