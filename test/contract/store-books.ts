import { describe, expect, test } from 'vitest'
import type { BooksChange } from '../../lib/core/limits/books.ts'
import { placeAt } from '../../lib/core/limits/place.ts'
import { emptyState, type ShardState } from '../../lib/core/shard/state.ts'
import type { BooksWrite, Store } from '../../lib/ports/store.ts'
import { change, claimed, loan } from '../support/builders.ts'
import { override } from '../support/override.ts'
import { afterPass, freshShard } from './fresh.ts'
import type { PastThePort } from './past-the-port.ts'

const KEPT_UNTIL = 2_000_000_000
const LATER = KEPT_UNTIL + 1

const write = (part: Partial<BooksWrite>): BooksWrite => ({
  loans: [],
  line: [],
  isLending: false,
  expiresAt: KEPT_UNTIL,
  ...part,
})

/** One loan of slots, and what it was. */
const lent = (borrower: string, is: BooksChange['loans'][0]['is'], was?: BooksChange['loans'][0]['is']) =>
  ({ resource: 'slots', borrower, was, is }) as const
const inLine = (borrower: string, turn: number | undefined) =>
  ({ resource: 'slots', borrower, turn }) as const

export function describeBooks(store: () => Store, pastThePort: () => PastThePort): void {
  async function written(owner: ShardState, part: Partial<BooksWrite>): Promise<ShardState> {
    const outcome = await store().states.writeBooks(owner, write(part))
    if (outcome.kind !== 'written') throw new Error('the books were not written')
    return outcome.owner
  }
  const conflict = async (owner: ShardState, part: Partial<BooksWrite>) => {
    const before = await store().states.read(owner.shard)
    expect(await store().states.writeBooks(owner, write(part))).toEqual({ kind: 'conflict' })
    expect(await store().states.read(owner.shard)).toEqual(before)
  }
  /** Two have borrowed, one of them waits, and a pass has been made before. */
  const opened = async () =>
    written(await afterPass(store(), { expiresAt: KEPT_UNTIL }), {
      loans: [lent('0', loan('l', 3, 1)), lent('1', loan('m', 2))],
      line: [inLine('1', 1)],
      isLending: true,
    })

  describe('opening books', () => {
    test('makes the item of a plain shard that nobody visited, which may go', async () => {
      const shard = freshShard()
      const loans = [
        lent('0', loan('l', 3, 1)),
        { ...lent('0', loan('m', 7)), resource: 'starts' as const },
        lent('99', loan('a.b', 1)),
      ]
      const line = [inLine('1', 4), { ...inLine('plain', 2), resource: 'starts' as const }]
      const owner = await written(emptyState(shard), { loans, line, isLending: true })
      expect(owner).toEqual({
        ...emptyState(shard),
        version: 1,
        expiresAt: KEPT_UNTIL,
        books: {
          slots: { loans: { 0: loan('l', 3, 1), 99: loan('a.b', 1) }, line: { 1: 4 } },
          starts: { loans: { 0: loan('m', 7) }, line: { plain: 2 } },
        },
      })
      expect(await store().states.read(shard)).toEqual(owner)
    })

    test('keeps what the plain shard holds itself, and its own passes keep the books', async () => {
      const before = await afterPass(store(), { take: { a: claimed('t') }, start: '7', waiting: true })
      const owner = await written(before, { line: [inLine('0', 1)] })
      const books = { slots: { loans: {}, line: { 0: 1 } }, starts: { loans: {}, line: {} } }
      expect(owner).toEqual({ ...before, books })
      const after = await afterPass(store(), { drop: [], waiting: true }, owner)
      expect(after).toMatchObject({ slots: before.slots, books })
    })

    test('of two that open them one is written, whether units are lent or not', async () => {
      for (const isLending of [true, false]) {
        const shard = freshShard()
        const outcomes = await Promise.all(
          ['0', '1'].map((borrower) =>
            store().states.writeBooks(emptyState(shard), write({ line: [inLine(borrower, 1)], isLending })),
          ),
        )
        expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['conflict', 'written'])
      }
    })

    test('does not let an item go that has come to have to stay', async () => {
      const shard = freshShard()
      await override(store(), shard, { concurrency: 1 })
      await conflict(emptyState(shard), { line: [inLine('0', 1)] })
      const other = freshShard()
      await pastThePort().override(other, { concurrency: 1 })
      await conflict(emptyState(other), { line: [inLine('0', 1)] })
    })
  })

  describe('lending free units', () => {
    const more = lent('0', loan('l', 4, 1), loan('l', 3, 1))

    test('counts as a pass: one that has read the books before loses', async () => {
      const owner = await opened()
      const after = await written(owner, { loans: [more], isLending: true })
      expect(after.version).toBe((owner.version ?? 0) + 1)
      expect(after.books?.slots.loans).toEqual({ 0: loan('l', 4, 1), 1: loan('m', 2) })
      expect(await store().states.pass(owner, change())).toEqual({ kind: 'conflict' })
    })

    test.each([
      ['a pass', (owner: ShardState) => afterPass(store(), { expiresAt: KEPT_UNTIL }, owner)],
      ['a late start', ({ shard }: ShardState) => store().states.remember(shard, '7')],
      ['a fence', ({ shard }: ShardState) => store().states.fence(shard, KEPT_UNTIL)],
      ['an override', ({ shard }: ShardState) => override(store(), shard, { concurrency: 1 })],
      [
        'an override written by hand',
        ({ shard }: ShardState) => pastThePort().override(shard, { concurrency: 1 }),
      ],
      [
        'another loan',
        (owner: ShardState) =>
          written(owner, { loans: [lent('1', loan('m', 3), loan('m', 2))], isLending: true }),
      ],
      [
        'a return of the same loan',
        (owner: ShardState) => written(owner, { loans: [lent('0', loan('l', 3, 2), loan('l', 3, 1))] }),
      ],
      ['its expiry', ({ shard }: ShardState) => pastThePort().expire(shard)],
    ])('conflicts with %s since the books were read', async (_what, meanwhile) => {
      const owner = await opened()
      await meanwhile(owner)
      await conflict(owner, { loans: [more], isLending: true })
    })
  })

  test('a place of any priority is read as it was written', async () => {
    const owner = await opened()
    const places = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((priority) => placeAt(priority, 1e10 + priority))
    const line = places.map((place, n) => inLine(String(n), place))
    const after = await written(owner, { line })
    expect(Object.values(after.books?.slots.line ?? {})).toEqual(places)
    expect((await store().states.read(owner.shard))?.books).toEqual(after.books)
  })

  describe('lending where there is no limit', () => {
    const more = lent('0', loan('l', 4, 1), loan('l', 3, 1))
    const endless = { loans: [more], isLending: true, isCovered: true } as const

    test('is no pass, and others may lend meanwhile', async () => {
      const owner = await opened()
      await written(owner, { loans: [lent('1', loan('m', 3), loan('m', 2))], isLending: true })
      const after = await written(owner, endless)
      expect(after.books?.slots.loans).toEqual({ 0: loan('l', 4, 1), 1: loan('m', 3) })
      expect(after.version).toBe((owner.version ?? 0) + 1)
    })

    test('conflicts with a limit that was set since the books were read', async () => {
      const owner = await opened()
      await override(store(), owner.shard, { concurrency: 1 })
      await conflict(owner, endless)
    })
  })

  describe('changing loans without lending', () => {
    test('goes by those loans only, and is no pass', async () => {
      const owner = await opened()
      await afterPass(store(), { waiting: false, expiresAt: KEPT_UNTIL, take: { a: claimed('t') } }, owner)
      const returned = lent('0', loan('l', 3, 2), loan('l', 3, 1))
      const after = await written(owner, { loans: [returned] })
      expect(after.version).toBe((owner.version ?? 0) + 1)
      expect(after.slots).toEqual({ a: claimed('t') })
      expect(after.books?.slots).toEqual({ loans: { 0: loan('l', 3, 2), 1: loan('m', 2) }, line: { 1: 1 } })
    })

    test('two borrowers’ changes at the same time are both written', async () => {
      const owner = await opened()
      const changes = [lent('0', undefined, loan('l', 3, 1)), lent('1', loan('m', 2, 1), loan('m', 2))]
      const outcomes = await Promise.all(
        changes.map((one, n) =>
          store().states.writeBooks(owner, write({ loans: [one], line: [inLine(`${n}`, n + 5)] })),
        ),
      )
      expect(outcomes.map(({ kind }) => kind)).toEqual(['written', 'written'])
      expect((await store().states.read(owner.shard))?.books?.slots).toEqual({
        loans: { 1: loan('m', 2, 1) },
        line: { 0: 5, 1: 6 },
      })
    })

    test.each([
      ['more was lent', loan('l', 4, 1)],
      ['more has come back', loan('l', 3, 2)],
      ['it is another loan', loan('n', 3, 1)],
      ['it is paid back', undefined],
    ])('conflicts if %s since', async (_what, is) => {
      const owner = await opened()
      await written(owner, { loans: [lent('0', is, loan('l', 3, 1))] })
      await conflict(owner, { loans: [lent('0', loan('l', 3, 3), loan('l', 3, 1))] })
    })

    test('conflicts if there is a loan where none was, or one of several is another', async () => {
      const owner = await opened()
      await conflict(owner, { loans: [lent('0', loan('x', 1))] })
      await conflict(owner, {
        loans: [lent('1', undefined, loan('m', 2)), lent('0', undefined, loan('l', 9))],
      })
    })

    test.each([
      ['that might have gone by itself', false],
      ['that had to stay, and that somebody has deleted', true],
    ])('conflicts if the books have gone with their item, one %s', async (_what, waiting) => {
      const before = waiting ? await afterPass(store(), { waiting }) : emptyState(freshShard())
      const owner = await written(before, { line: [inLine('0', 1)] })
      await pastThePort().expire(owner.shard)
      await conflict(owner, { line: [inLine('0', undefined)] })
      await conflict(owner, { loans: [lent('1', loan('x', 1))] })
      await conflict(owner, { loans: [lent('1', loan('x', 1))], isLending: true })
    })
  })

  describe('the line', () => {
    test('is entered, changed and left, each place by itself', async () => {
      const owner = await opened()
      await written(owner, { line: [inLine('2', 5), { ...inLine('1', 9), resource: 'starts' }] })
      await written(owner, { line: [inLine('1', 6)] })
      const after = await written(owner, { line: [inLine('2', undefined), inLine('nobody', undefined)] })
      expect(after.books?.slots.line).toEqual({ 1: 6 })
      expect(after.books?.starts.line).toEqual({ 1: 9 })
      expect(after.books?.slots.loans).toEqual(owner.books?.slots.loans)
    })
  })

  describe('a write of the books that is sent twice, as after a lost reply', () => {
    test.each([true, false])('is one write (lends: %s)', async (isLending) => {
      const owner = await opened()
      const twice = write({
        loans: [lent('0', loan('l', 5, 2), loan('l', 3, 1)), lent('1', undefined, loan('m', 2))],
        line: [inLine('1', undefined), inLine('0', 2)],
        isLending,
      })
      const first = await store().states.writeBooks(owner, twice)
      expect(first.kind).toBe('written')
      expect(await store().states.writeBooks(owner, twice)).toEqual(first)
      expect(await store().states.read(owner.shard)).toEqual('owner' in first && first.owner)
    })

    test('is one write if it opens them', async () => {
      const owner = emptyState(freshShard())
      const twice = write({ loans: [lent('0', loan('l', 3))], isLending: true })
      const first = await store().states.writeBooks(owner, twice)
      expect(await store().states.writeBooks(owner, twice)).toEqual(first)
    })

    test('conflicts if another has lent the same, and it enters the line besides', async () => {
      const owner = await opened()
      const loans = [lent('0', loan('l', 4, 1), loan('l', 3, 1))]
      await written(owner, { loans, line: [inLine('0', 2)], isLending: true })
      await conflict(owner, { loans, line: [inLine('2', 2), inLine('0', 2)], isLending: true })
    })

    test('conflicts if only some of its loans stand as it would have them', async () => {
      const owner = await opened()
      await written(owner, { loans: [lent('0', loan('l', 4, 1), loan('l', 3, 1))], isLending: true })
      await conflict(owner, {
        loans: [lent('0', loan('l', 4, 1), loan('l', 3, 1)), lent('1', loan('m', 3), loan('m', 2))],
        isLending: true,
      })
    })
  })

  describe('the time at which an item with books may go', () => {
    test('is put off by each write', async () => {
      const owner = await opened()
      expect((await written(owner, { expiresAt: LATER })).expiresAt).toBe(LATER)
    })

    test('is not set for an item that has to stay', async () => {
      const waiting = await afterPass(store(), { waiting: true })
      expect((await written(waiting, { line: [inLine('0', 1)] })).expiresAt).toBeUndefined()
      const limited = await override(store(), freshShard(), { concurrency: 1 })
      const loans = [lent('0', loan('l', 1))]
      expect((await written(limited, { loans, isLending: true })).expiresAt).toBeUndefined()
    })

    test('is not set again if the item has come to have to stay', async () => {
      const owner = await opened()
      await override(store(), owner.shard, { concurrency: 1 })
      await conflict(owner, { line: [inLine('0', 3)] })
      expect((await store().states.read(owner.shard))?.expiresAt).toBeUndefined()
    })
  })
}
