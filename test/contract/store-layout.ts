import { describe, expect, test } from 'vitest'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { change, claimed } from '../support/builders.ts'
import { afterPass, freshQueue, freshShard } from './fresh.ts'

export function describeLayout(store: () => Store): void {
  describe('layout', () => {
    test('a queue knows every layout that it has had', async () => {
      const queue = freshQueue()
      expect(await store().states.registerLayout(queue, 4)).toEqual([4])
      expect(new Set(await store().states.registerLayout(queue, 1))).toEqual(new Set([1, 4]))
      expect(new Set(await store().states.registerLayout(queue, 4))).toEqual(new Set([1, 4]))
      expect(await store().states.registerLayout(freshQueue(), 2)).toEqual([2])
    })

    test('a shard that nobody visited can be entered, and visited afterwards', async () => {
      const shard = freshShard()
      const adopted = await store().states.adopt(emptyState(shard), 4, 2_000_000_000)
      expect(adopted?.layout).toEqual({ shards: 4, settled: false })
      expect(await store().states.read(shard)).toEqual(adopted)
      if (!adopted) throw new Error('not adopted')
      const after = await afterPass(store(), { take: { a: claimed('t') } }, adopted)
      expect(after.slots).toEqual({ a: claimed('t') })
      expect(after.layout).toEqual({ shards: 1, settled: true })
    })

    test('entering keeps what the shard holds, and counts as a pass', async () => {
      const before = await afterPass(store(), { take: { a: claimed('t') }, waiting: true })
      const adopted = await store().states.adopt(before, 4)
      expect(adopted).toMatchObject({ slots: { a: claimed('t') }, waiting: true })
      expect((await store().states.pass(before, change())).kind).toBe('conflict')
    })

    test('a state that is out of date enters nothing', async () => {
      const before = await afterPass(store())
      await afterPass(store(), { layout: { shards: 9, settled: false } }, before)
      expect(await store().states.adopt(before, 4)).toBeUndefined()
      expect((await store().states.read(before.shard))?.layout).toEqual({ shards: 9, settled: false })
    })
  })
}
