import { describe, expect, test } from 'vitest'
import { nextToGiveWayTo } from '../../../../lib/core/limits/giving-way.ts'
import type { Guaranteed } from '../../../../lib/core/limits/guarantee.ts'
import { freeFor, lineOf, unfilledOf, unitsToBorrow } from '../../../../lib/core/limits/lending.ts'
import type { Limiter } from '../../../../lib/core/limits/limiter.ts'
import { settle } from '../../../../lib/core/limits/settling.ts'
import { borrowed, loan, loanId, portionOf, slotBooks } from '../../../support/lending.ts'

const ACME: Guaranteed = { units: { acme: 4 }, total: 10 }

const total = (
  loans: Limiter['loans'],
  line: Limiter['line'] = {},
  { guaranteed = ACME, concurrency = 10, self = 'crm|b' } = {},
) =>
  portionOf({ books: slotBooks(loans, line), limits: { concurrency }, guaranteed, givesIdleBack: true, self })

const free = (given: ReturnType<typeof total>, self: string) => freeFor(given, 'slots', self)
const toBorrow = (given: ReturnType<typeof total>, self: string) => unitsToBorrow(given, 'slots', self)

describe('what is guaranteed', () => {
  test('stays free for its partition, whichever of its shards comes', () => {
    const given = total({ 'crm|b': loan('b', 3), 'crm|acme|1': loan('a', 1) })
    expect(Object.fromEntries(unfilledOf(given, 'slots'))).toEqual({ acme: 3 })
    expect(['crm|acme', 'crm|acme|1', 'crm|b', 'crm|c|1'].map((self) => free(given, self))).toEqual([
      6, 6, 3, 3,
    ])
  })

  test('keeps nothing more as soon as the partition has it, and is no limit', () => {
    const given = total({ 'crm|acme|0': loan('a', 3), 'crm|acme|1': loan('c', 2) })
    expect(unfilledOf(given, 'slots').size).toBe(0)
    expect([free(given, 'crm|b'), free(given, 'crm|acme|0')]).toEqual([5, 5])
  })

  test('says nothing of the starts of a rate', () => {
    expect(unfilledOf(total({}), 'starts').size).toBe(0)
  })

  test('shrinks in proportion with a total that was lowered, and does not grow with one that was raised', () => {
    const lackAt = (concurrency: number) => unfilledOf(total({}, {}, { concurrency }), 'slots').get('acme')
    expect([20, 10, 9, 5, 3, 2, 1, 0].map(lackAt)).toEqual([4, 4, 3, 2, 1, 1, undefined, undefined])
  })

  test('is at least one unit of a total that was lowered, while that leaves one to the others', () => {
    const lackAt = (units: Guaranteed['units'], cap: number) =>
      Object.fromEntries(
        unfilledOf(total({}, {}, { guaranteed: { units, total: 10 }, concurrency: cap }), 'slots'),
      )
    expect([9, 5, 2, 1].map((cap) => lackAt({ vip: 1 }, cap))).toEqual([
      { vip: 1 },
      { vip: 1 },
      { vip: 1 },
      {},
    ])
    const some = { a: 5, b: 1, c: 1 }
    expect([9, 4, 3].map((cap) => lackAt(some, cap))).toEqual([
      { a: 4, b: 1, c: 1 },
      { a: 1, b: 1, c: 1 },
      {},
    ])
    const all = { a: 8, b: 1, c: 1 }
    expect([9, 3, 2].map((cap) => lackAt(all, cap))).toEqual([{ a: 7, b: 1, c: 1 }, { a: 1, b: 1, c: 1 }, {}])
  })

  test('leaves to the first that comes what is free, if others have more than is left to them', () => {
    const both = { units: { acme: 4, bolt: 4 }, total: 10 }
    const given = total({ 'crm|c': loan('c', 8) }, {}, { guaranteed: both })
    expect(['crm|acme', 'crm|bolt', 'crm|c', 'crm|d'].map((self) => free(given, self))).toEqual([2, 2, 0, 0])
  })
})

describe('the line', () => {
  const loans = { 'crm|acme|0': loan('a', 3), 'crm|b': loan('b', 7) }

  test('has those first that wait for what is guaranteed, so many as their partition lacks', () => {
    const given = total(loans, { 'crm|c': 1, 'crm|d': 2, 'crm|acme|0': 3, 'crm|acme|1': 4 })
    expect(lineOf(given, 'slots')).toEqual(['crm|acme|1', 'crm|c', 'crm|d', 'crm|acme|0'])
  })

  test('does not keep a partition from what is guaranteed to it', () => {
    const given = total({ 'crm|b': loan('b', 2) }, { 'crm|c': 1 })
    // Beyond it another waits who has as little.
    expect(toBorrow(given, 'crm|acme')).toBe(4)
    expect(
      toBorrow({ ...given, books: slotBooks({ 'crm|acme|0': loan('a', 2) }, { 'crm|c': 1 }) }, 'crm|acme|0'),
    ).toBe(2)
  })

  test('of one partition has its order too', () => {
    const given = total({ 'crm|acme|0': loan('a', 2) }, { 'crm|acme|1': 1 })
    expect(toBorrow(given, 'crm|acme|1')).toBe(8)
    // The other shard waits with none, so this one takes none of the two that are guaranteed.
    expect(toBorrow(given, 'crm|acme|0')).toBe(6)
  })

  test('keeps those that have nothing guaranteed in theirs', () => {
    const given = total({ 'crm|b': loan('b', 2) }, { 'crm|c': 1 })
    expect([toBorrow(given, 'crm|b'), toBorrow(given, 'crm|c')]).toEqual([0, 4])
  })
})

describe('a shard with work of its own', () => {
  test('gives way to one that waits for what is guaranteed, however much that one has', () => {
    const given = total(
      { 'crm|b': loan('b', 1), 'crm|c': loan('c', 6), 'crm|acme': loan('a', 3) },
      { 'crm|acme': 1 },
    )
    expect(nextToGiveWayTo(given, 'slots', 'crm|b')).toBe('crm|acme')
  })

  test('keeps what is guaranteed to its own partition, and gives what it has beyond', () => {
    const given = (units: number) =>
      nextToGiveWayTo(total({ 'crm|acme': loan('a', units) }, { 'crm|d': 1 }), 'slots', 'crm|acme')
    expect([given(3), given(4), given(5)]).toEqual([undefined, undefined, 'crm|d'])
  })

  test('shares what is guaranteed with another of its partition', () => {
    const given = total({ 'crm|acme|0': loan('a', 4) }, { 'crm|d': 1, 'crm|acme|1': 2 })
    expect(nextToGiveWayTo(given, 'slots', 'crm|acme|0')).toBe('crm|acme|1')
  })
})

describe('units that are free after a pass', () => {
  const result = { lack: { slots: false, starts: false }, hasClaimed: false }
  const settled = (given: ReturnType<typeof total>) => settle(given, result, () => loanId('new'))

  test('go to nobody if they are kept, however long others wait', () => {
    const given = total({ 'crm|b': loan('b', 6) }, { 'crm|c': 1 })
    expect(settled(given).served).toEqual([])
  })

  test('go first to whom they are guaranteed, and beyond that to the others', () => {
    const given = total({ 'crm|b': loan('b', 4) }, { 'crm|c': 1, 'crm|d': 2, 'crm|e': 3, 'crm|acme': 4 })
    expect(settled(given).served).toEqual(['crm|acme', 'crm|c', 'crm|d'])
  })

  test('are lent on as if anew if they were guaranteed to the one that gives them back', () => {
    const books = slotBooks({ 'crm|acme': loan('a', 5), 'crm|b': loan('b', 5) }, { 'crm|c': 1 })
    const back = (self: string, id: string) => ({
      ...total({}, {}, { self }),
      books,
      borrowed: { slots: borrowed(id, 5, 1) },
    })
    expect(settled(back('crm|acme', 'a'))).toMatchObject({ served: ['crm|c'], isLending: true })
    expect(settled(back('crm|b', 'b'))).toMatchObject({ served: ['crm|c'], isLending: false })
  })
})
