import { describe, expect, test } from 'vitest'
import { deadEvent, deadLetterOf, letterKeys } from '../../lib/core/job/dead-letter.ts'
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

    describe('the dead letters of a partition', () => {
      const [queue, key] = [freshQueue(), (queue: string) => letterKeys(queue)[5] ?? '']
      const of = (partition: string | undefined, n: number) => ({
        ...deadLetterOf(jobItem({ id: `j${n}` }), 'exhausted', 'no', NOW + n),
        pk: key(queue),
        partition,
      })
      const bury = (partition: string | undefined, n: number) => {
        const { partition: name, ...letter } = of(partition, n)
        return store().history.bury(name === undefined ? letter : { ...letter, partition: name })
      }

      test('apart from those of others, and says so if there are some that name none', async () => {
        const { countOf } = store().history
        await Promise.all(['acme', 'acme', 'acme%7C1', 'toString'].map(bury))
        const all = { count: 4 }
        expect(await countOf(key(queue), 'acme')).toEqual({ all, ofPartition: { count: 2 } })
        expect(await countOf(key(queue), 'acme%7C1')).toEqual({ all, ofPartition: { count: 1 } })
        expect(await countOf(key(queue), 'acm')).toEqual({ all, ofPartition: { count: 0 } })
        await bury(undefined, 9)
        expect(await countOf(key(queue), 'acme')).toEqual({
          all: { count: 5 },
          ofPartition: { count: 2, atLeast: true },
        })
      })

      test('on more than one page', async () => {
        const pk = key(freshQueue())
        for (let n = 0; n < 6; n++) {
          const letter = deadLetterOf(
            jobItem({ id: `j${n}`, payload: 'x'.repeat(380_000) }),
            'expired',
            'no',
            NOW,
          )
          await store().history.bury({ ...letter, pk, partition: n % 3 === 0 ? 'b' : 'a' })
        }
        expect(await store().history.countOf(pk, 'b')).toEqual({
          all: { count: 6 },
          ofPartition: { count: 2 },
        })
      })
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
