import { describe, expect, test } from 'vitest'
import {
  type BooksChange,
  changed,
  isMade,
  isUnchanged,
  NO_BOOKS,
} from '../../../../lib/core/limits/books.ts'
import { loan, slotBooks } from '../../../support/lending.ts'

const BOOKS = slotBooks({ 0: loan('a', 3, 1), 1: loan('b', 2) }, { 2: 1 })
const CHANGE: BooksChange = {
  loans: [
    { resource: 'slots', borrower: '0', was: loan('a', 3, 1), is: loan('a', 3, 2) },
    { resource: 'slots', borrower: '1', was: loan('b', 2), is: undefined },
    { resource: 'slots', borrower: '2', was: undefined, is: loan('c', 1) },
  ],
  line: [
    { resource: 'slots', borrower: '2', turn: undefined },
    { resource: 'slots', borrower: '1', turn: 5 },
  ],
}
const AFTER = slotBooks({ 0: loan('a', 3, 2), 2: loan('c', 1) }, { 1: 5 })

describe('a change of the books', () => {
  test('changes the loans and places that it names, and no others', () => {
    expect(changed(BOOKS, CHANGE)).toEqual(AFTER)
    expect(changed(BOOKS, { loans: [], line: [] })).toEqual(BOOKS)
  })

  test('of one resource leaves the other alone', () => {
    const books = { ...BOOKS, starts: BOOKS.slots }
    expect(changed(books, CHANGE)).toEqual({ ...AFTER, starts: BOOKS.slots })
  })

  test('may be made while nobody has changed one of its loans', () => {
    expect(isUnchanged(BOOKS, CHANGE)).toBe(true)
    const { loans } = BOOKS.slots
    expect(isUnchanged(slotBooks({ ...loans, 7: loan('z', 9) }), CHANGE)).toBe(true)
    expect(isUnchanged(slotBooks({ ...loans, 0: loan('a', 4, 1) }), CHANGE)).toBe(false)
    expect(isUnchanged(slotBooks({ ...loans, 0: loan('z', 3, 1) }), CHANGE)).toBe(false)
    expect(isUnchanged(slotBooks({ ...loans, 2: loan('z', 1) }), CHANGE)).toBe(false)
    expect(isUnchanged(AFTER, CHANGE)).toBe(false)
  })

  test('has been made if every one of its loans is what it was to become', () => {
    expect(isMade(AFTER, CHANGE)).toBe(true)
    expect(isMade(BOOKS, CHANGE)).toBe(false)
    expect(isMade(undefined, CHANGE)).toBe(false)
    expect(isMade(slotBooks({ 0: loan('a', 3, 2) }), CHANGE)).toBe(false)
  })

  test('of places alone is never taken for made', () => {
    expect(isMade(NO_BOOKS, { loans: [], line: CHANGE.line })).toBe(false)
  })
})
