import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AppRecord } from '../../lib/core/limits/app-rate.ts'
import { NO_BOOKS } from '../../lib/core/limits/books.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { change, claimed, loan } from '../support/builders.ts'
import { afterPass, freshShard } from './fresh.ts'

const KEPT = 4_000_000_000
const derived = (generation: number, concurrency = 3) => ({ concurrency, from: 'crm 6/1 s', generation })

export function describeDerived(store: () => Store): void {
  describe('numbers that come from the rate of an app', () => {
    test('an item is made without one, may go again, and gets one', async () => {
      const shard = freshShard()
      const made = await store().states.derive(emptyState(shard), undefined, KEPT)
      expect(made).toMatchObject({ version: 1, initialised: false, expiresAt: KEPT })
      const kept = await store().states.derive(made ?? emptyState(shard), derived(1), KEPT + 1)
      expect(kept).toMatchObject({ version: 2, derived: derived(1), expiresAt: KEPT })
      expect(await store().states.read(shard)).toEqual(kept)
      const { states } = await store().states.glance([shard])
      expect(states).toMatchObject([{ derived: derived(1) }])
    })

    test('one that is late writes nothing', async () => {
      const before = await afterPass(store())
      await afterPass(store(), {}, before)
      expect(await store().states.derive(before, derived(1), KEPT)).toBeUndefined()
      expect(await store().states.derive(emptyState(before.shard), undefined, KEPT)).toBeUndefined()
      expect((await store().states.read(before.shard))?.derived).toBeUndefined()
    })

    test('passes leave it as it is, and lose if they have read another', async () => {
      const before = await afterPass(store(), { take: { a: claimed('t') }, waiting: true })
      const after = await store().states.rederive(before.shard, derived(1))
      expect(after).toMatchObject({ derived: derived(1), slots: before.slots, waiting: true })
      expect(await store().states.pass(before, change())).toEqual({ kind: 'conflict' })
      expect(await afterPass(store(), {}, after)).toMatchObject({ derived: derived(1) })
    })

    test('is written anew by the same rate or a newer one, and never by an older one', async () => {
      const { shard } = await afterPass(store())
      await store().states.rederive(shard, derived(2))
      expect(await store().states.rederive(shard, derived(2))).toMatchObject({ derived: derived(2) })
      expect(await store().states.rederive(shard, derived(1))).toBeUndefined()
      expect(await store().states.rederive(shard, derived(3, 5))).toMatchObject({ derived: derived(3, 5) })
    })

    test('an item that is not there is not made', async () => {
      const shard = freshShard()
      expect(await store().states.rederive(shard, derived(1))).toBeUndefined()
      expect(await store().states.read(shard)).toBeUndefined()
    })

    test('units are not lent by a number that has been changed, even if as many come back', async () => {
      const owner = await afterPass(store())
      const is = loan('l', 1)
      const loans = [{ resource: 'slots' as const, borrower: '0' as const, was: undefined, is }]
      await store().states.rederive(owner.shard, derived(1))
      const write = { loans, line: [], isLending: true, isCovered: true as const, expiresAt: KEPT }
      expect(await store().states.writeBooks(owner, write)).toEqual({ kind: 'conflict' })
      expect((await store().states.read(owner.shard))?.books ?? NO_BOOKS).toEqual(NO_BOOKS)
    })
  })

  describe('the rate of an app', () => {
    const rate = { rate: 300_000, frequency_s: 86_400 }
    const record = (generation: number): AppRecord => ({
      rate,
      configured: rate,
      generation,
      by: 'ann',
      done: 0,
      isComplete: false,
    })

    test('is kept, unless somebody else has set one', async () => {
      const app = randomUUID()
      const { states } = store()
      expect(await states.appRecord(app)).toBeUndefined()
      expect(await states.saveAppRecord(app, record(1), undefined)).toBe(true)
      expect(await states.saveAppRecord(app, record(1), undefined)).toBe(false)
      expect(await states.saveAppRecord(app, record(3), record(2))).toBe(false)
      const next = { ...record(1), done: 7, cursor: 'crm|x' }
      expect(await states.saveAppRecord(app, next, record(1))).toBe(true)
      expect(await states.appRecord(app)).toEqual(next)
    })

    test('is no shard', async () => {
      const app = randomUUID()
      await store().states.saveAppRecord(app, record(1), undefined)
      const { states, damaged } = await store().states.scan({ isStrong: true })
      expect([...states, ...damaged].filter(({ shard }) => shard.includes(app))).toEqual([])
    })
  })
}
