import { describe, expect, test } from 'vitest'
import type { Store } from '../../lib/ports/store.ts'
import { asId, asToken, change, claimed, NOW, running, sortKey } from '../support/builders.ts'
import { override } from '../support/override.ts'
import { afterPass, freshShard } from './fresh.ts'

const HOLDER = { id: asId('a'), token: asToken('claim') }
const attempt = (token: string) => ({ token: asToken(token), deadline: NOW + 1000, bucket: '100' })

export function describeSlots(store: () => Store): void {
  describe('slots', () => {
    const claimOne = () => afterPass(store(), { take: { a: claimed('claim') }, waiting: true })

    test('a start turns the claim into an attempt and counts it', async () => {
      const before = await claimOne()
      const outcome = await store().states.start(before.shard, HOLDER, attempt('r'))
      const after = { ...before, slots: { a: running('r', NOW + 1000) }, window: { 100: 1 } }
      expect(outcome).toEqual({ kind: 'started', state: after })
      expect(await store().states.read(before.shard)).toEqual(after)
    })

    test('a slot lists the other jobs of its batch, after a start, too, and is freed with all of them', async () => {
      const others = [sortKey({ id: 'b' }), sortKey({ id: 'c', priority: 7 })]
      const { shard } = await afterPass(store(), {
        take: { a: { ...claimed('claim'), others } },
        waiting: true,
      })
      expect((await store().states.read(shard))?.slots['a']?.others).toEqual(others)
      expect((await store().states.start(shard, HOLDER, attempt('r'))).state?.slots['a']).toEqual({
        ...running('r', NOW + 1000),
        others,
      })
      const { states } = await store().states.glance([shard])
      expect(states[0]?.slots['a']?.others).toEqual(others)
      await store().states.release(shard, { ...HOLDER, token: asToken('r') })
      expect((await store().states.read(shard))?.slots).toEqual({})
    })

    test('of many starts of a claim exactly one succeeds', async () => {
      const { shard } = await claimOne()
      const start = (token: string) => store().states.start(shard, HOLDER, attempt(token))
      const outcomes = await Promise.all(['r1', 'r2', 'r3'].map(start))
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['stale', 'stale', 'started'])
      expect((await store().states.read(shard))?.window).toEqual({ 100: 1 })
    })

    test('a start whose reply was lost is repeated and is still ours, and is counted once', async () => {
      const { shard } = await claimOne()
      await store().states.start(shard, HOLDER, attempt('r'))
      const again = await store().states.start(shard, HOLDER, attempt('r'))
      expect(again).toMatchObject({ kind: 'started', state: { window: { 100: 1 } } })
    })

    test('a start with another claim is refused and shows who has the slot', async () => {
      const { shard } = await claimOne()
      const outcome = await store().states.start(shard, { ...HOLDER, token: asToken('x') }, attempt('r'))
      expect(outcome).toMatchObject({
        kind: 'stale',
        state: { slots: { a: { token: 'claim' } }, window: {} },
      })
    })

    test('a start in a slot, a shard or an item that is not there is refused', async () => {
      const { shard } = await afterPass(store())
      expect(await store().states.start(shard, HOLDER, attempt('r'))).toMatchObject({ kind: 'stale' })
      expect(await store().states.start(freshShard(), HOLDER, attempt('r'))).toEqual({ kind: 'stale' })
      const paused = freshShard()
      await override(store(), paused, { concurrency: 0 })
      expect(await store().states.start(paused, HOLDER, attempt('r'))).toMatchObject({ kind: 'stale' })
    })

    test('a start does not change the version', async () => {
      const before = await claimOne()
      await store().states.start(before.shard, HOLDER, attempt('r'))
      expect((await store().states.pass(before, change())).kind).toBe('written')
    })

    test('a release frees the slot and shows who waits', async () => {
      const before = await claimOne()
      const outcome = await store().states.release(before.shard, HOLDER)
      expect(outcome).toEqual({ kind: 'released', state: { ...before, slots: {} } })
    })

    test('a release of a job that stands says so, and a pass that has seen it in flight conflicts', async () => {
      const before = await claimOne()
      const outcome = await store().states.release(before.shard, { ...HOLDER, jobStands: true })
      const state = { ...before, slots: {}, waitingAmid: true, version: (before.version ?? 0) + 1 }
      expect(outcome).toEqual({ kind: 'released', state })
      expect(await store().states.pass(before, change())).toEqual({ kind: 'conflict' })
    })

    test('a release by a stranger, or a second one, finds it gone', async () => {
      const { shard } = await claimOne()
      const stranger = { ...HOLDER, token: asToken('x') }
      expect(await store().states.release(shard, stranger)).toMatchObject({
        kind: 'gone',
        state: { slots: { a: { token: 'claim' } } },
      })
      await store().states.release(shard, HOLDER)
      expect(await store().states.release(shard, HOLDER)).toMatchObject({
        kind: 'gone',
        state: { slots: {}, waiting: true },
      })
      expect(await store().states.release(freshShard(), HOLDER)).toEqual({ kind: 'gone' })
    })

    test('a pass that has read the window without a start that was remembered since conflicts', async () => {
      const before = await afterPass(store(), { start: '100' })
      await store().states.remember(before.shard, '101')
      expect(await store().states.pass(before, change())).toEqual({ kind: 'conflict' })
    })

    test('further starts are remembered, also in a bucket that is there', async () => {
      const { shard } = await afterPass(store(), { take: { a: claimed('claim') } })
      await store().states.start(shard, HOLDER, attempt('r'))
      await store().states.remember(shard, '100')
      await store().states.remember(shard, '101')
      expect((await store().states.read(shard))?.window).toEqual({ 100: 2, 101: 1 })
    })
  })
}
