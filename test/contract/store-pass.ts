import { describe, expect, test } from 'vitest'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { asId, asToken, change, claimed, NOW, running } from '../support/builders.ts'
import { afterPass, freshShard } from './fresh.ts'

export function describePass(store: () => Store): void {
  describe('pass', () => {
    test('a shard that nobody visited has no state', async () => {
      expect(await store().states.read(freshShard())).toBeUndefined()
    })

    test('the first pass makes the item', async () => {
      const shard = freshShard()
      const take = { a: claimed('t1'), b: running('t2') }
      const state = await afterPass(
        store(),
        { take, waiting: true, dueAt: NOW + 5, start: String(NOW) },
        emptyState(shard),
      )
      expect(state).toEqual({
        shard,
        initialised: true,
        version: 1,
        slots: take,
        window: { [NOW]: 1 },
        waiting: true,
        dueAt: NOW + 5,
        passedBy: expect.any(String),
      })
      expect(await store().states.read(shard)).toEqual(state)
    })

    test('a pass adds and drops slots, counts a start and forgets buckets, each by itself', async () => {
      const first = await afterPass(store(), { take: { a: claimed('t1'), b: claimed('t2') }, start: '100' })
      const second = await afterPass(store(), { start: '200' }, first)
      const third = await afterPass(
        store(),
        { take: { c: running('t3') }, drop: [asId('a')], start: '200', forget: ['100', '50'] },
        second,
      )
      expect(third).toMatchObject({ version: 3, window: { 200: 2 } })
      expect(third.slots).toEqual({ b: claimed('t2'), c: running('t3') })
    })

    test('what a pass does not say is removed: dueAt, dueShard, waiting', async () => {
      const first = await afterPass(store(), { dueAt: NOW, dueShard: '3', waiting: true, expiresAt: 2e9 })
      const second = await afterPass(store(), {}, first)
      expect(second).toEqual({
        ...emptyState(first.shard),
        initialised: true,
        version: 2,
        passedBy: expect.any(String),
      })
    })

    test('a slow-down stays until a pass says another, or that it is over', async () => {
      const slowed = { until: NOW + 5, reason: 'HTTP 429' }
      const first = await afterPass(store(), { slowed })
      expect(first.slowed).toEqual(slowed)
      const second = await afterPass(store(), {}, first)
      expect(second.slowed).toEqual(slowed)
      const third = await afterPass(store(), { slowed: { ...slowed, until: NOW + 9, by: 'ann' } }, second)
      expect(third.slowed).toEqual({ ...slowed, until: NOW + 9, by: 'ann' })
      const last = await afterPass(store(), { slowed: 'over' }, third)
      expect(last.slowed).toBeUndefined()
      expect(await store().states.read(last.shard)).toEqual(last)
    })

    test('a slow-down by a person makes a pass lose that has read before it, and keeps the item', async () => {
      const before = await afterPass(store(), { expiresAt: 2e9 })
      const slowed = { until: NOW + 5, reason: 'their backup', by: 'ann' }
      const after = await store().states.slowDown(before.shard, slowed)
      expect(after).toMatchObject({ slowed, version: 2 })
      expect(after.expiresAt).toBeUndefined()
      expect((await store().states.pass(before, { ...change(), mark: 'm' })).kind).toBe('conflict')
      expect((await store().states.slowDown(before.shard, undefined)).slowed).toBeUndefined()
      const made = await store().states.slowDown(freshShard(), slowed)
      expect(made).toMatchObject({ slowed, version: 1, initialised: false })
    })

    test('a slot keeps what it says of its job: its size, that it is fresh, and runs alone or beside others', async () => {
      const claim = { ...claimed('t1'), size_kb: 40, fresh: true as const, alone: true as const }
      const { shard } = await afterPass(store(), { take: { a: claim } })
      const attempt = { token: asToken('t2'), deadline: NOW + 9, bucket: String(NOW), shared: true as const }
      await store().states.start(shard, { id: asId('a'), token: asToken('t1') }, attempt)
      const { sentAt: _, ...kept } = claim
      const started = { ...kept, token: asToken('t2'), deadline: NOW + 9, shared: true }
      expect((await store().states.read(shard))?.slots['a']).toEqual(started)
    })

    test('a pass says whether jobs wait amid those in flight, and the next one takes it back', async () => {
      const first = await afterPass(store(), { waitingAmid: true })
      expect((await store().states.read(first.shard))?.waitingAmid).toBe(true)
      expect((await store().states.glance([first.shard])).states).toMatchObject([{ waitingAmid: true }])
      const second = await afterPass(store(), {}, first)
      expect(second.waitingAmid).toBeUndefined()
    })

    test('a pass says what a plain shard keeps for its next job, until another says that it keeps nothing', async () => {
      const first = await afterPass(store(), { keepsNext: 'start' })
      expect(first.keepsNext).toBe('start')
      const second = await afterPass(store(), {}, first)
      expect(second.keepsNext).toBe('start')
      const third = await afterPass(store(), { keepsNext: 'slot and start' }, second)
      expect(third.keepsNext).toBe('slot and start')
      const last = await afterPass(store(), { keepsNext: 'nothing' }, third)
      expect(last.keepsNext).toBeUndefined()
      expect(await store().states.read(last.shard)).toEqual(last)
    })

    test('a shard is stranded until a pass has written, and no time brings it meanwhile', async () => {
      const before = await afterPass(store(), { dueAt: NOW + 5, dueShard: '3' })
      await store().states.strand(before, NOW, undefined)
      const stranded = await store().states.read(before.shard)
      expect(stranded).toMatchObject({ strandedSince: NOW, version: before.version })
      expect(stranded?.dueAt).toBeUndefined()
      expect(stranded?.dueShard).toBeUndefined()
      const after = stranded && (await afterPass(store(), {}, stranded))
      expect(after?.strandedSince).toBeUndefined()
      await store().states.strand(before, NOW + 1, undefined)
      expect((await store().states.read(before.shard))?.strandedSince).toBeUndefined()
    })

    test('a pass that has read the shard before it was stranded makes an end of that, too', async () => {
      const before = await afterPass(store())
      await store().states.strand(before, NOW, undefined)
      expect((await afterPass(store(), {}, before)).strandedSince).toBeUndefined()
      expect((await store().states.read(before.shard))?.strandedSince).toBeUndefined()
    })

    test('the same write sent twice, as after a lost reply, is one pass', async () => {
      const before = emptyState(freshShard())
      const write = change({ take: { a: claimed('t1') }, waiting: true })
      const first = await store().states.pass(before, write)
      const again = await store().states.pass(before, write)
      expect(again).toEqual(first)
      expect(again).toMatchObject({ kind: 'written', state: { version: 1 } })
      const other = change({ take: { a: claimed('t2') } })
      expect(await store().states.pass(before, other)).toEqual({ kind: 'conflict' })
    })

    test('of many simultaneous passes exactly one is written', async () => {
      const shard = freshShard()
      const one = (n: number) =>
        store().states.pass(emptyState(shard), change({ take: { [`job${n}`]: claimed(`t${n}`) } }))
      const outcomes = await Promise.all([1, 2, 3, 4].map(one))
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['conflict', 'conflict', 'conflict', 'written'])
      const state = await store().states.read(shard)
      expect(Object.keys(state?.slots ?? {})).toHaveLength(1)
      const again = await Promise.all(
        [5, 6].map((n) => store().states.pass(state ?? emptyState(shard), change({ waiting: n === 5 }))),
      )
      expect(again.map(({ kind }) => kind).sort()).toEqual(['conflict', 'written'])
    })

    test('a pass on a state that is no longer the newest changes nothing', async () => {
      const first = await afterPass(store())
      const second = await afterPass(store(), { waiting: true }, first)
      const outcome = await store().states.pass(first, change({ take: { x: claimed('t') } }))
      expect(outcome).toEqual({ kind: 'conflict' })
      expect(await store().states.read(first.shard)).toEqual(second)
    })

    test('a slot may be dropped and taken again by the same pass', async () => {
      const first = await afterPass(store(), { take: { a: running('old') } })
      const second = await afterPass(store(), { drop: [asId('a')], take: { a: claimed('new') } }, first)
      expect(second.slots).toEqual({ a: claimed('new') })
    })

    test('dropping a slot that was freed meanwhile is no conflict', async () => {
      const first = await afterPass(store(), { take: { a: running('t') } })
      await store().states.release(first.shard, { id: asId('a'), token: asToken('t') })
      const second = await afterPass(store(), { drop: [asId('a')] }, first)
      expect(second.slots).toEqual({})
    })

    test('a start and a release between read and write do not conflict, and show in the outcome', async () => {
      const first = await afterPass(store(), { take: { a: claimed('t1'), b: claimed('t2') } })
      const attempt = { token: asToken('r'), deadline: NOW + 9, bucket: '100' }
      await store().states.start(first.shard, { id: asId('a'), token: asToken('t1') }, attempt)
      await store().states.release(first.shard, { id: asId('b'), token: asToken('t2') })
      const second = await afterPass(store(), { take: { c: claimed('t3') } }, first)
      expect(second.slots).toEqual({ a: running('r', NOW + 9), c: claimed('t3') })
      expect(second.window).toEqual({ 100: 1 })
    })

    test('sending a claim again keeps its token and says when', async () => {
      const first = await afterPass(store(), { take: { a: claimed('t', NOW - 60_000) } })
      const resend = [{ id: asId('a'), token: asToken('t') }]
      const second = await afterPass(store(), { resend, sentAt: NOW }, first)
      expect(second.slots).toEqual({ a: claimed('t', NOW) })
    })

    test('sending a claim again conflicts with its start', async () => {
      const first = await afterPass(store(), { take: { a: claimed('t') } })
      const attempt = { token: asToken('r'), deadline: NOW + 9, bucket: '100' }
      const { state } = await store().states.start(
        first.shard,
        { id: asId('a'), token: asToken('t') },
        attempt,
      )
      const resend = [{ id: asId('a'), token: asToken('t') }]
      expect(await store().states.pass(first, change({ resend }))).toEqual({ kind: 'conflict' })
      expect(await store().states.read(first.shard)).toEqual(state)
    })

    test('a hundred slots are taken, sent again and dropped in one write', async () => {
      const ids = Array.from({ length: 100 }, (_, n) => asId(`${n}-${'x'.repeat(50)}`))
      const first = await afterPass(store(), {
        take: Object.fromEntries(ids.map((id) => [id, claimed('t')])),
      })
      const resend = ids.map((id) => ({ id, token: asToken('t') }))
      const second = await afterPass(store(), { resend, sentAt: NOW + 7 }, first)
      expect(second.slots[ids[99] ?? '']).toEqual(claimed('t', NOW + 7))
      const third = await afterPass(store(), { drop: ids, take: { a: claimed('u') } }, second)
      expect(third.slots).toEqual({ a: claimed('u') })
    })
  })
}
