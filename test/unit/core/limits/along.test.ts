import { describe, expect, test } from 'vitest'
import { type Along, lendAlong } from '../../../../lib/core/limits/along.ts'
import type { Limiter } from '../../../../lib/core/limits/limiter.ts'
import { placeAt } from '../../../../lib/core/limits/place.ts'
import { type Result, settle } from '../../../../lib/core/limits/settling.ts'
import { borrowed, loan, loanId, portionOf, slotBooks } from '../../../support/lending.ts'

const next: Along = { borrower: 'next', jobs: 1, priority: 5 }

/** A pool of four that has lent to others. */
const poolOf = (loans: Limiter['loans'], line: Limiter['line'] = {}) =>
  portionOf({ limits: { concurrency: 4 }, books: slotBooks(loans, line), self: 'giver' })

const lentAlong = (pool: ReturnType<typeof poolOf>, ...along: Along[]) => {
  let ids = 0
  return lendAlong(pool, along, () => loanId(`new-${ids++}`)).map(({ borrower, is }) => [borrower, is])
}

describe('a shard that was served elsewhere gets units along', () => {
  test('for as many jobs as it can start there', () => {
    expect(lentAlong(poolOf({}), next)).toEqual([['next', loan('new-0', 1)]])
    expect(lentAlong(poolOf({ next: loan('a', 2) }), { ...next, jobs: 3 })).toEqual([['next', loan('a', 3)]])
    expect(lentAlong(poolOf({ next: loan('a', 1) }), next)).toEqual([])
  })

  test('if one job’s units are free', () => {
    expect(lentAlong(poolOf({ other: loan('a', 3) }), next)).toHaveLength(1)
    expect(lentAlong(poolOf({ other: loan('a', 4) }), next)).toEqual([])
    const heavy = { ...poolOf({ other: loan('a', 3) }), weightOf: () => 2 }
    expect(lentAlong(heavy, next)).toEqual([])
  })

  test('with others that do, as far as they go', () => {
    const along = ['one', 'two', 'three'].map((borrower) => ({ ...next, borrower }))
    expect(lentAlong(poolOf({ other: loan('a', 2) }), ...along).map(([name]) => name)).toEqual(['one', 'two'])
  })

  test('and passes by nobody that waits here with as good a job', () => {
    const waits = (priority: number) => ({ other: placeAt(priority, 1) })
    expect(lentAlong(poolOf({ other: loan('a', 1) }, waits(4)), next)).toEqual([])
    expect(lentAlong(poolOf({}, waits(5)), next)).toEqual([])
    expect(lentAlong(poolOf({}, waits(6)), next)).toHaveLength(1)
  })

  test('and nothing of what is kept for others', () => {
    const guaranteed = { units: { vip: 4 }, total: 4 }
    expect(lentAlong({ ...poolOf({}), guaranteed }, next)).toEqual([])
  })
})

describe('after a pass', () => {
  const IDLE: Result = { lack: { slots: false, starts: false }, hasClaimed: false }
  const giver = (returned: number, weight = 1) => ({
    ...poolOf({ giver: loan('g', weight) }),
    borrowed: { slots: borrowed('g', weight, returned) },
    weightOf: () => weight,
  })
  const settled = (portion: ReturnType<typeof giver>, result: Result) =>
    settle(portion, result, () => loanId('new'))

  test('what goes along goes in the write that tells what came back, and the shard is visited', () => {
    const { loans, served, isLending } = settled(giver(1), { ...IDLE, along: [next] })
    expect(loans.map(({ borrower }) => borrower)).toEqual(['giver', 'next'])
    expect([served, isLending]).toEqual([['next'], false])
  })

  test('nothing goes along without a write', () => {
    expect(settled(giver(0), { ...IDLE, along: [next] }).loans).toEqual([])
  })

  test('what is more than has come back has to be asked of the version', () => {
    const both = { ...IDLE, along: [next, { ...next, borrower: 'another' }] }
    expect(settled(giver(1), both).isLending).toBe(true)
    expect(settled(giver(2, 2), { ...IDLE, along: [next] }).isLending).toBe(false)
    expect(settled(giver(2, 2), both).isLending).toBe(true)
  })
})
