import { describe, expect, test } from 'vitest'
import { deadEvent, letterKeys } from '../../lib/core/job/dead-letter.ts'
import type { Store } from '../../lib/ports/store.ts'
import { jobItem, NOW } from '../support/builders.ts'
import { freshQueue, freshShard } from './fresh.ts'

export function describeCounts(store: () => Store): void {
  describe('counts', () => {
    test('items of a shard from a key on and before another, and none of its neighbours', async () => {
      const [shard, other] = [freshShard(), freshShard()]
      const items = Array.from({ length: 12 }, (_, n) =>
        jobItem({ pk: shard, id: `j${n % 4}`, priority: n % 3, runAt: NOW + n }),
      )
      await store().jobs.putBatch([...items, jobItem({ pk: other })])
      const { count } = store().jobs
      expect(await count({ shard, from: '0#' })).toEqual({ count: 12 })
      expect(await count({ shard, from: '1#', before: '2#' })).toEqual({ count: 4 })
      const third = items[2]?.sk ?? ''
      expect(await count({ shard, from: '2#', before: third })).toEqual({ count: 0 })
      expect(await count({ shard, from: third })).toEqual({ count: 4 })
      expect(await count({ shard: freshShard(), from: '0#' })).toEqual({ count: 0 })
    })

    test('the dead letters under a key', async () => {
      const queue = freshQueue()
      const letters = Array.from({ length: 12 }, (_, n) =>
        deadEvent({ queue, id: `e${n}`, event: { n } }, 'no', NOW + n),
      )
      await Promise.all(letters.map((letter) => store().history.bury(letter)))
      const counts = await Promise.all(letterKeys(queue).map((pk) => store().history.count(pk)))
      expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(12)
      expect(counts.some(({ atLeast }) => atLeast)).toBe(false)
    })

    test('no more than was asked for, and says that there may be more', async () => {
      const shard = freshShard()
      await store().jobs.putBatch(
        Array.from({ length: 7 }, (_, n) => jobItem({ pk: shard, id: `j${n}`, runAt: NOW + n })),
      )
      expect(await store().jobs.count({ shard, from: '0#', most: 5 })).toEqual({ count: 5, atLeast: true })
      expect(await store().jobs.count({ shard, from: '0#', most: 8 })).toEqual({ count: 7 })
    })
  })
}
