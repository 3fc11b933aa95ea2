import { describe, expect, test } from 'vitest'
import { deadLetterOf } from '../../lib/core/job/dead-letter.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { change, claimed, jobItem, NOW } from '../support/builders.ts'
import { afterPass, freshQueue, freshShard } from './fresh.ts'

export function describeMoves(store: () => Store): void {
  const put = async (pk = freshShard()) => {
    const item = jobItem({ pk })
    await store().jobs.put(item)
    return item
  }
  const get = (item: { readonly pk: string; readonly sk: string }) => store().jobs.get(item)

  describe('a job is moved out of its shard', () => {
    test('to another one', async () => {
      const [item, next] = [await put(), jobItem({ pk: freshShard() })]
      expect(await store().jobs.moveOut(emptyState(item.pk), item, { job: next })).toBe('moved')
      expect([await get(item), await get(next)]).toEqual([undefined, next])
    })

    test('to the dead letters', async () => {
      const item = await put()
      const letter = deadLetterOf({ ...item, pk: `${freshQueue()}|a` }, 'refused', 'no', NOW)
      expect(await store().jobs.moveOut(emptyState(item.pk), item, { letter })).toBe('moved')
      expect(await get(item)).toBeUndefined()
      expect((await store().history.letters(letter.pk)).letters).toEqual([letter])
    })

    test('once, however many try', async () => {
      const [item, pk] = [await put(), freshShard()]
      const moves = [0, 1, 2].map((n) =>
        store().jobs.moveOut(emptyState(item.pk), item, { job: jobItem({ pk, runAt: NOW + n }) }),
      )
      expect((await Promise.all(moves)).filter((outcome) => outcome === 'moved')).toHaveLength(1)
      expect((await store().jobs.range({ shard: pk, from: '0#', limit: 9 })).items).toHaveLength(1)
    })

    test('under the version that was read, and under no other', async () => {
      const read = await afterPass(store())
      const [item, next] = [await put(read.shard), jobItem({ pk: freshShard() })]
      await store().states.pass(read, change({ take: { job: claimed('t') } }))
      expect(await store().jobs.moveOut(read, item, { job: next })).toBe('passed')
      expect(await store().jobs.moveOut(emptyState(read.shard), item, { job: next })).toBe('passed')
      expect([await get(item), await get(next)]).toEqual([item, undefined])
      const now = await store().states.read(read.shard)
      if (!now) throw new Error('no state')
      expect(await store().jobs.moveOut(now, item, { job: next })).toBe('moved')
    })

    test('never over another one', async () => {
      const [item, next] = [await put(), await put()]
      expect(await store().jobs.moveOut(emptyState(item.pk), item, { job: next })).toBe('occupied')
      expect([await get(item), await get(next)]).toEqual([item, next])
    })

    test('only as it was read', async () => {
      const [item, next] = [await put(), jobItem({ pk: freshShard() })]
      const other = { ...item, payload: { customer: 'other' } }
      await store().jobs.putBatch([other])
      expect(await store().jobs.moveOut(emptyState(item.pk), item, { job: next })).toBe('changed')
      expect([await get(item), await get(next)]).toEqual([other, undefined])
      await store().jobs.remove(other)
      expect(await store().jobs.moveOut(emptyState(item.pk), item, { job: next })).toBe('gone')
      expect(await get(next)).toBeUndefined()
    })
  })
}
