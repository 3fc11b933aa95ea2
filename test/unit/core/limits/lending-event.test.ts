import { expect, test } from 'vitest'
import { PLAIN } from '../../../../lib/core/limits/lending.ts'
import { lendingsOf } from '../../../../lib/core/limits/lending-event.ts'
import { loan, slotBooks } from '../../../support/lending.ts'

const resource = 'slots' as const
const NO_CHANGE = { loans: [], line: [] }
const of = (
  was: ReturnType<typeof loan> | undefined,
  is: ReturnType<typeof loan> | undefined,
  borrower = '1',
) => lendingsOf({}, { ...NO_CHANGE, loans: [{ resource, borrower, was, is }] }, '0')
const inLine = (before: number | undefined, turn: number | undefined) => {
  const books = slotBooks({}, before === undefined ? {} : { [PLAIN]: before })
  return lendingsOf({ books }, { ...NO_CHANGE, line: [{ resource, borrower: PLAIN, turn }] }, PLAIN)
}

test('a loan is borrowed by the one that writes, and passed on to any other', () => {
  expect(of(undefined, loan('a', 2), '0')).toEqual([['0', { kind: 'borrowed', resource, units: 2 }]])
  expect(of(loan('a', 2, 1), loan('a', 5, 1))).toEqual([['1', { kind: 'passed on', resource, units: 3 }]])
})

test('what comes back is said of whoever had it, also if that pays the loan back', () => {
  expect(of(loan('a', 5, 1), loan('a', 5, 3))).toEqual([['1', { kind: 'given back', resource, units: 2 }]])
  expect(of(loan('a', 5, 1), undefined)).toEqual([['1', { kind: 'given back', resource, units: 4 }]])
})

test('a write that lends what it gives back says both, in that order', () => {
  expect(of(loan('a', 5, 1), loan('a', 6, 2), '0')).toEqual([
    ['0', { kind: 'given back', resource, units: 1 }],
    ['0', { kind: 'borrowed', resource, units: 1 }],
  ])
  // The earlier loan is paid back, and this is another.
  expect(of(loan('a', 5, 4), loan('b', 2), '0')).toEqual([
    ['0', { kind: 'given back', resource, units: 1 }],
    ['0', { kind: 'borrowed', resource, units: 2 }],
  ])
})

test('a place in the line is said when it is taken and when it is left, and not while it moves', () => {
  expect(inLine(undefined, 3)).toEqual([[PLAIN, { kind: 'waits', resource }]])
  expect(inLine(3, undefined)).toEqual([[PLAIN, { kind: 'waits no more', resource }]])
  expect([inLine(3, 4), inLine(undefined, undefined)]).toEqual([[], []])
})

test('nothing is said of what stays as it is', () => {
  expect(of(loan('a', 5, 1), loan('a', 5, 1))).toEqual([])
})
