import { describe, expect, test } from 'vitest'
import type { Loan } from '../../lib/core/limits/limiter.ts'
import { limiterKey, poolNamed, totalOf } from '../../lib/core/limits/queue-limiter.ts'
import { emptyState, type ShardState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { borrowed, change, claimed } from '../support/builders.ts'
import { override } from '../support/override.ts'
import { afterPass, freshQueue, freshShard } from './fresh.ts'
import type { PastThePort } from './past-the-port.ts'

const UNITS = { slots: borrowed('l', 3, 1), starts: borrowed('m', 9) }
const KEPT_UNTIL = 2_000_000_000

export function describeBorrowed(store: () => Store, pastThePort: () => PastThePort): void {
  describe('what a shard has borrowed', () => {
    test('is written by its pass, and stays until another says otherwise', async () => {
      const first = await afterPass(store(), { borrowed: UNITS })
      expect(first.borrowed).toEqual(UNITS)
      expect(await store().states.read(first.shard)).toEqual(first)
      const second = await afterPass(store(), {}, first)
      expect(second.borrowed).toEqual(UNITS)
      const third = await afterPass(store(), { borrowed: { slots: borrowed('l', 3, 3) } }, second)
      expect(third.borrowed).toEqual({ slots: borrowed('l', 3, 3) })
      expect((await afterPass(store(), { borrowed: {} }, third)).borrowed).toEqual({})
    })

    test('is not written by a pass that loses', async () => {
      const first = await afterPass(store(), { borrowed: UNITS })
      await afterPass(store(), {}, first)
      const late = change({ borrowed: { slots: borrowed('l', 3, 2) } })
      expect(await store().states.pass(first, late)).toEqual({ kind: 'conflict' })
      expect((await store().states.read(first.shard))?.borrowed).toEqual(UNITS)
    })

    test('is written by others past its passes, keeps all the rest, and counts as a pass', async () => {
      const before = await afterPass(store(), {
        take: { a: claimed('t') },
        start: '7',
        waiting: true,
        dueAt: 8,
        dueShard: '1',
      })
      const after = await store().states.recordBorrowed(before, UNITS)
      expect(after).toEqual({ ...before, version: 2, borrowed: UNITS })
      expect(await store().states.read(before.shard)).toEqual(after)
      expect(await store().states.pass(before, change())).toEqual({ kind: 'conflict' })
    })

    test('from the limiters of its queue is written by its pass, and by others past its passes', async () => {
      const name = poolNamed('hubspot')
      const from = { [name]: { slots: borrowed('n', 2) }, [totalOf('crm')]: { slots: borrowed('o', 1) } }
      const first = await afterPass(store(), { borrowed: UNITS, borrowedFrom: from })
      expect(first).toMatchObject({ borrowed: UNITS, borrowedFrom: from })
      const less = { ...from, [name]: { slots: borrowed('n', 2, 2) } }
      const second = await store().states.recordBorrowedFrom(first, less)
      expect(second).toEqual({ ...first, version: 2, borrowedFrom: less })
      expect(await store().states.recordBorrowedFrom(first, from)).toBeUndefined()
      expect(await store().states.pass(first, change())).toEqual({ kind: 'conflict' })
      const last = await afterPass(store(), { borrowedFrom: {} }, second)
      expect(last).toMatchObject({ borrowed: UNITS, borrowedFrom: {} })
    })

    test('the books of a limiter name whole shards, and nobody takes its item for a shard', async () => {
      const key = limiterKey(poolNamed(freshQueue()))
      const loan = { id: 'l', lent: 2, returned: 0 } as Loan
      const loans = [{ resource: 'slots' as const, borrower: 'crm|a%25b', was: undefined, is: loan }]
      const line = [{ resource: 'slots' as const, borrower: 'mail', turn: 3 }]
      const write = { loans, line, isLending: true, expiresAt: KEPT_UNTIL }
      const outcome = await store().states.writeBooks(emptyState(key), write)
      expect(outcome).toMatchObject({ kind: 'written', owner: { shard: key, version: 1 } })
      const { books } = (await store().states.read(key)) ?? {}
      expect(books?.slots).toEqual({ loans: { 'crm|a%25b': loan }, line: { mail: 3 } })
      const { states } = await store().states.scan()
      expect(states.map(({ shard }) => shard)).not.toContain(key)
    })

    test('a fence keeps the limits of a shard that owns them, if it is told so', async () => {
      const before = await override(store(), freshShard(), { concurrency: 1 })
      await store().states.fence(before.shard, KEPT_UNTIL, 'limits')
      expect(await store().states.read(before.shard)).toMatchObject({
        override: { concurrency: 1 },
        version: 2,
      })
      await store().states.fence(before.shard, KEPT_UNTIL)
      expect((await store().states.read(before.shard))?.override).toBeUndefined()
    })

    test('is not written over a pass that was made since', async () => {
      const before = await afterPass(store(), { borrowed: UNITS })
      const now = await afterPass(store(), { waiting: true }, before)
      const back = { ...UNITS, slots: borrowed('l', 3, 2) }
      expect(await store().states.recordBorrowed(before, back)).toBeUndefined()
      expect(await store().states.recordBorrowed(emptyState(before.shard), back)).toBeUndefined()
      expect(await store().states.read(before.shard)).toEqual(now)
    })

    test('of two who write it one succeeds', async () => {
      const before = await afterPass(store(), { borrowed: UNITS })
      const outcomes = await Promise.all(
        [2, 3].map((back) => store().states.recordBorrowed(before, { slots: borrowed('l', 3, back) })),
      )
      expect(outcomes.filter((state) => state !== undefined)).toHaveLength(1)
    })

    test('leaves a limit that an earlier version set in the shard: a deploy may be rolled back to that', async () => {
      const before = await override(store(), freshShard(), { concurrency: 1 })
      const after = await store().states.recordBorrowed(before, UNITS, KEPT_UNTIL)
      expect(after).toEqual({
        ...emptyState(before.shard),
        version: 2,
        override: { concurrency: 1 },
        borrowed: UNITS,
        expiresAt: KEPT_UNTIL,
      })
      expect(await store().states.read(before.shard)).toEqual(after)
    })

    test('makes the item that was not there, with a time at which it may go', async () => {
      const shard = freshShard()
      const made = await store().states.recordBorrowed(emptyState(shard), UNITS, KEPT_UNTIL)
      expect(made).toEqual({ ...emptyState(shard), version: 1, borrowed: UNITS, expiresAt: KEPT_UNTIL })
      // Whoever has read that nothing is there loses, and whoever has read this makes the first pass.
      expect(await store().states.pass(emptyState(shard), change())).toEqual({ kind: 'conflict' })
      const after = made && (await afterPass(store(), { take: { a: claimed('t') }, start: '7' }, made))
      expect(after).toMatchObject({ borrowed: UNITS, slots: { a: claimed('t') }, window: { 7: 1 } })
    })

    test('keeps the time at which the item may go, unless another is given', async () => {
      const before = await afterPass(store(), { expiresAt: KEPT_UNTIL })
      const after = await store().states.recordBorrowed(before, UNITS)
      expect(after?.expiresAt).toBe(KEPT_UNTIL)
      const later = after && (await store().states.recordBorrowed(after, {}, KEPT_UNTIL + 1))
      expect(later).toMatchObject({ expiresAt: KEPT_UNTIL + 1, borrowed: {} })
    })

    test('is written once if it is sent twice, as after a lost reply', async () => {
      const before = await afterPass(store())
      const first = await store().states.recordBorrowed(before, UNITS)
      expect(await store().states.recordBorrowed(before, UNITS)).toEqual(first)
      expect(await store().states.read(before.shard)).toEqual(first)
      // What comes after it is shown, and not undone.
      await override(store(), before.shard, { concurrency: 1 })
      const limited = await store().states.read(before.shard)
      expect(limited?.override).toEqual({ concurrency: 1 })
      expect(await store().states.recordBorrowed(before, UNITS)).toEqual(limited)
    })
  })

  describe('a fence', () => {
    test('removes a limit that an earlier version set in the shard', async () => {
      const before = await override(store(), freshShard(), { concurrency: 1 })
      await store().states.fence(before.shard, KEPT_UNTIL)
      const fenced = await store().states.read(before.shard)
      expect(fenced).toEqual({ ...emptyState(before.shard), version: 2 })
    })

    const withoutVersion = ({ version: _, ...rest }: ShardState) => rest

    test('makes a pass lose that has read before it, and changes nothing else', async () => {
      const before = await afterPass(store(), { borrowed: UNITS, waiting: true, expiresAt: KEPT_UNTIL })
      await store().states.fence(before.shard, 7)
      const now = await store().states.read(before.shard)
      expect(now?.version).toBe(2)
      expect(now && withoutVersion(now)).toEqual(withoutVersion(before))
      expect(await store().states.pass(before, change())).toEqual({ kind: 'conflict' })
      expect(await store().states.recordBorrowed(before, {})).toBeUndefined()
    })

    test('makes a pass lose that has found no item, and the item that it makes may go', async () => {
      const unseen = emptyState(freshShard())
      await store().states.fence(unseen.shard, KEPT_UNTIL)
      expect(await store().states.read(unseen.shard)).toEqual({
        ...unseen,
        version: 1,
        expiresAt: KEPT_UNTIL,
      })
      expect(await store().states.pass(unseen, change())).toEqual({ kind: 'conflict' })
      expect(await store().states.recordBorrowed(unseen, UNITS)).toBeUndefined()
    })

    test('hinders no pass that reads after it', async () => {
      const { shard } = emptyState(freshShard())
      await store().states.fence(shard, KEPT_UNTIL)
      const fenced = await store().states.read(shard)
      if (!fenced) throw new Error('the fence made no item')
      expect((await afterPass(store(), { waiting: true }, fenced)).version).toBe(2)
    })
  })

  describe('the numbers of shards that earlier versions had', () => {
    test('are none for a queue that they did not know', async () => {
      expect(await store().states.earlierShards(freshQueue())).toEqual([])
    })

    test('are all shown', async () => {
      const queue = freshQueue()
      await pastThePort().register(queue, 4, 1, 16)
      expect((await store().states.earlierShards(queue)).toSorted((a, b) => a - b)).toEqual([1, 4, 16])
    })
  })
}
