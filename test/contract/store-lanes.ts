import { describe, expect, test } from 'vitest'
import { lockKeyOf, type Unique, uniqueOf } from '../../lib/core/job/lock.ts'
import { keptUntil } from '../../lib/core/shard/expiry.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { change, claimed, jobItem, NOW, value } from '../support/builders.ts'
import { afterPass, freshShard } from './fresh.ts'

export function describeLanes(store: () => Store): void {
  const put = async (options: Parameters<typeof jobItem>[0] = {}) => {
    const item = jobItem({ pk: freshShard(), ...options })
    await store().jobs.put(item)
    return item
  }
  const get = (item: { readonly pk: string; readonly sk: string }) => store().jobs.get(item)

  describe('jobs that wait are moved to another shard', () => {
    test('together, with all that they have, and their shard has got a version', async () => {
      const one = await put({ id: 'one', attempt: 3 })
      const two = await put({ id: 'two', pk: one.pk })
      const pk = freshShard()
      const moves = [one, two].map((item) => ({ item, next: { ...item, pk } }))
      expect(await store().jobs.moveWaiting(emptyState(one.pk), moves, keptUntil(NOW))).toBe('moved')
      expect([await get(one), await get(two)]).toEqual([undefined, undefined])
      expect((await store().jobs.range({ shard: pk, from: '0#', limit: 9 })).items).toEqual(
        moves.map(({ next }) => next),
      )
      expect(await store().states.read(one.pk)).toMatchObject({ version: 1, expiresAt: keptUntil(NOW) })
    })

    test('unless a pass has been made since the state was read, or one of them is another by now', async () => {
      const read = await afterPass(store())
      const item = await put({ pk: read.shard })
      const move = { item, next: { ...item, pk: freshShard() } }
      const changed = { item: { ...item, task: 'other' }, next: move.next }
      expect(await store().jobs.moveWaiting(read, [changed])).toBe('stale')
      await store().states.pass(read, change({ take: { job: claimed('t') } }))
      expect(await store().jobs.moveWaiting(read, [move])).toBe('stale')
      expect(await store().jobs.moveWaiting(emptyState(read.shard), [move])).toBe('stale')
      expect([await get(item), await get(move.next)]).toEqual([item, undefined])
    })

    test('and a pass that has read them before that loses', async () => {
      const read = await afterPass(store())
      const item = await put({ pk: read.shard })
      const move = { item, next: { ...item, pk: freshShard() } }
      expect(await store().jobs.moveWaiting(read, [move])).toBe('moved')
      const claims = change({ take: { job: claimed('t') } })
      expect(await store().states.pass(read, claims)).toMatchObject({ kind: 'conflict' })
    })

    test('all or none, and none takes the place of another job', async () => {
      const one = await put({ id: 'one' })
      const two = await put({ id: 'two', pk: one.pk })
      const there = await put({ id: 'two' })
      const moves = [one, two].map((item) => ({ item, next: { ...item, pk: there.pk, task: 'moved' } }))
      expect(await store().jobs.moveWaiting(emptyState(one.pk), moves)).toBe('occupied')
      expect([await get(one), await get(two), await get(there)]).toEqual([one, two, there])
      expect(await store().states.read(one.pk)).toBeUndefined()
    })

    test('or leave, if the same job is at its new place already', async () => {
      const item = await put()
      expect(await store().jobs.moveWaiting(emptyState(item.pk), [{ item }])).toBe('moved')
      expect(await get(item)).toBeUndefined()
    })

    test('and take their unique keys along, if those are their own', async () => {
      const unique = (key: Unique, mark: string) =>
        value(uniqueOf(key, jobItem({ pk: freshShard() }), mark, NOW))
      const key = { key: `k-${freshShard()}` }
      const [holder, other] = [unique(key, 'a'), unique(key, 'b')]
      await store().jobs.putUnique(holder.item, holder.lock)
      await store().jobs.put(other.item)
      for (const { item } of [other, holder]) {
        const next = { ...item, pk: freshShard() }
        expect(lockKeyOf(item)?.pk).toBe(holder.lock.pk)
        expect(await store().jobs.moveWaiting(emptyState(item.pk), [{ item, next }])).toBe('moved')
        const again = unique(key, 'c')
        const outcome = await store().jobs.putUnique(again.item, again.lock)
        const job =
          item === holder.item ? { pk: next.pk, sk: next.sk } : { pk: holder.item.pk, sk: holder.item.sk }
        expect(outcome).toMatchObject({ kind: 'locked', lock: { job } })
      }
    })
  })
}
