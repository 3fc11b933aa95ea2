import { describe, expect, test } from 'vitest'
import { PLAIN } from '../../../../lib/core/limits/lending.ts'
import type { Limiter } from '../../../../lib/core/limits/limiter.ts'
import type { Portion } from '../../../../lib/core/limits/portion.ts'
import { placesToLeave, type Result, settle } from '../../../../lib/core/limits/settling.ts'
import { borrowed, loan, loanId, portionOf, slotBooks, slots } from '../../../support/lending.ts'

const IDLE: Result = { lack: { slots: false, starts: false }, hasClaimed: false }
const LACKS: Result = { ...IDLE, lack: { slots: true, starts: false } }

const settled = (portion: Portion, result: Result) => {
  let ids = 0
  return settle(portion, result, () => loanId(`new-${ids++}`))
}
/** A limit of four. Shard 0 has three of them, and has returned some. */
const holder = (returned: number, line: Limiter['line'] = {}, loans: Limiter['loans'] = {}): Portion =>
  portionOf({
    limits: { concurrency: 4 },
    self: '0',
    borrowed: { slots: borrowed('a', 3, returned) },
    books: slotBooks({ 0: loan('a', 3), ...loans }, line),
  })
const NOTHING = { loans: [], line: [], isLending: false, hasEntered: false, served: [] }

describe('after its pass a shard', () => {
  test('writes nothing if nothing has changed', () => {
    expect(settled(holder(0), IDLE)).toEqual(NOTHING)
  })

  test('tells what it has returned, and that one is free of all', () => {
    expect(settled(holder(1), IDLE).loans).toEqual([
      { resource: 'slots', borrower: '0', was: loan('a', 3), is: loan('a', 3, 1) },
    ])
    expect(settled(holder(3), IDLE).loans).toMatchObject([{ borrower: '0', is: undefined }])
  })

  test('tells nothing of an earlier loan', () => {
    const later = { ...holder(3), books: slotBooks({ 0: loan('b', 2) }) }
    expect(settled(later, IDLE)).toEqual(NOTHING)
  })

  test('that lacks units comes to stand in the line, behind the others', () => {
    const { line, hasEntered } = settled(holder(0, { 1: 4 }, { 1: loan('b', 1) }), LACKS)
    expect([line, hasEntered]).toEqual([[{ resource: 'slots', borrower: '0', turn: 5 }], true])
  })

  test('that stands there already stays where it is', () => {
    expect(settled(holder(0, { 0: 4 }), LACKS)).toEqual(NOTHING)
  })

  test('that stands there and has given a unit back goes to the end', () => {
    const { line, hasEntered } = settled(holder(1, { 0: 4, 1: 6 }, { 1: loan('b', 1) }), LACKS)
    expect(line[0]).toEqual({ resource: 'slots', borrower: '0', turn: 7 })
    expect(hasEntered).toBe(false)
  })

  test('that lacks nothing any more leaves the line', () => {
    expect(placesToLeave(holder(0, { 0: 4 }), IDLE.lack)).toEqual([
      { resource: 'slots', borrower: '0', turn: undefined },
    ])
  })

  test('that still lacks units, or stands in no line, leaves none', () => {
    expect(placesToLeave(holder(0, { 0: 4 }), LACKS.lack)).toEqual([])
    expect(placesToLeave(holder(0, { 1: 4 }), IDLE.lack)).toEqual([])
  })

  test('leaves no place after its pass, for that may be one that it needs again', () => {
    expect(settled(holder(0, { 0: 4 }), IDLE).line).toEqual([])
  })

  test('if it is the plain one and has claimed while it waits, goes to the end', () => {
    const plain = portionOf({ books: slotBooks({ 1: loan('b', 10) }, { [PLAIN]: 1, 1: 2 }) })
    expect(settled(plain, LACKS).line).toEqual([])
    expect(settled(plain, { ...LACKS, hasClaimed: true }).line).toMatchObject([{ borrower: PLAIN, turn: 3 }])
  })
})

describe('what is free', () => {
  const four = { 1: 1, 2: 2, 3: 3, 4: 4 }

  test('goes to those who wait, one unit each and to nobody twice', () => {
    const { loans, served } = settled(holder(3, { 1: 1, 2: 2 }), IDLE)
    expect(served).toEqual(['1', '2'])
    expect(loans.slice(1)).toEqual([
      { resource: 'slots', borrower: '1', was: undefined, is: loan('new-0', 1) },
      { resource: 'slots', borrower: '2', was: undefined, is: loan('new-1', 1) },
    ])
  })

  test('goes to the poorest first, then by turn, for as many as there are units', () => {
    expect(settled(holder(1, four, { 1: loan('b', 1) }), IDLE).served).toEqual(['2'])
    expect(settled(holder(2, four, { 1: loan('b', 1) }), IDLE).served).toEqual(['2', '3'])
    expect(settled(holder(0, { 1: 1 }, { 1: loan('b', 1) }), IDLE).served).toEqual([])
  })

  test('makes a loan larger that the borrower has', () => {
    const { loans } = settled(holder(2, { 1: 1 }, { 1: loan('b', 1) }), IDLE)
    expect(loans[1]).toMatchObject({ borrower: '1', is: loan('b', 2) })
  })

  test('moves those who are served to the end of the line, in their order', () => {
    const { line } = settled(holder(2, { 1: 1, 2: 2, 3: 7 }), IDLE)
    expect(line).toMatchObject([
      { borrower: '1', turn: 8 },
      { borrower: '2', turn: 9 },
      { borrower: '3', turn: 10 },
    ])
  })

  test('is for others: a shard that lacks units borrows by itself', () => {
    expect(settled(holder(1, { 0: 1 }), LACKS).served).toEqual([])
  })

  test('is the plain shard’s without a loan, and it is told', () => {
    const { loans, line, served } = settled(holder(1, { [PLAIN]: 1 }), IDLE)
    expect([loans.length, line, served]).toEqual([1, [], [PLAIN]])
  })

  test('is nothing while more is out than the limit', () => {
    const lowered = { ...holder(1, { 1: 1 }), limits: { concurrency: 2 }, ownUse: slots(1) }
    expect(settled(lowered, IDLE).served).toEqual([])
  })

  test('has to be asked of the version, unless just as much has come back', () => {
    expect(settled(holder(1, { 1: 1, 2: 2 }), IDLE).isLending).toBe(true)
    expect(settled(holder(1, { 1: 1 }), IDLE).isLending).toBe(false)
    expect(settled(holder(1), IDLE).isLending).toBe(false)
  })

  test('has to be asked of the version, too, if the next one’s job weighs more than what has come back', () => {
    const weightOf = (borrower: string) => (borrower === '1' ? 3 : 2)
    const heavier = { ...holder(2, { 1: 1 }), weightOf }
    expect(settled(heavier, IDLE)).toMatchObject({ served: ['1'], isLending: true })
    expect(settled({ ...heavier, weightOf: () => 2 }, IDLE).isLending).toBe(false)
  })
})

test('starts that are not counted are lent to nobody', () => {
  const books = { ...slotBooks({}), starts: { loans: {}, line: { 1: 1 } } }
  expect(settled(portionOf({ books }), IDLE)).toEqual(NOTHING)
})
