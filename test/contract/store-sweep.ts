import { describe, expect, test } from 'vitest'
import type { JobItem } from '../../lib/core/job.ts'
import type { SeenShard } from '../../lib/core/seen-shards.ts'
import type { Store } from '../../lib/ports/store.ts'
import { jobItem } from '../support/builders.ts'
import { freshShard } from './fresh.ts'

export function describeSweep(store: () => Store): void {
  describe('the shards of the Jobs table', () => {
    /** All pages; other tests' shards are left out. */
    async function shardsAmong(wanted: readonly string[], limit?: number) {
      const seen: SeenShard[] = []
      let pages = 0
      let cursor: string | undefined
      do {
        const page = await store().jobs.shards({
          ...(cursor === undefined ? {} : { cursor }),
          ...(limit === undefined ? {} : { limit }),
        })
        seen.push(...page.shards)
        cursor = page.cursor
        pages++
      } while (cursor !== undefined)
      const shards = seen
        .filter(({ shard }) => wanted.includes(shard))
        .toSorted((a, b) => wanted.indexOf(a.shard) - wanted.indexOf(b.shard))
      return { shards, pages, seen }
    }

    const fill = (shard: string, jobs: number) =>
      Promise.all(
        Array.from({ length: jobs }, (_, n) =>
          store().jobs.put(jobItem({ pk: shard as JobItem['pk'], id: `job-${100 + n}` })),
        ),
      )

    test.each([undefined, 1, 2, 3, 7])(
      'are listed once each, with all their keys (limit %s)',
      async (limit) => {
        const shards = [1, 2, 3].map(() => freshShard())
        for (const [n, shard] of shards.entries()) await fill(shard, n + 1)
        const found = await shardsAmong(shards, limit)
        expect(found.shards.map(({ shard }) => shard)).toEqual(shards)
        for (const { keys, whole } of found.shards) expect(whole || keys.length === limit).toBe(true)
        if (limit !== undefined && limit < 7) return
        expect(found.shards.map(({ keys }) => keys)).toEqual(
          [1, 2, 3].map((count) =>
            Array.from({ length: count }, (_, n) => jobItem({ id: `job-${100 + n}` }).sk),
          ),
        )
      },
    )

    test('with many jobs cost one page: the rest of them is passed over', async () => {
      const [large, small] = [freshShard(), [1, 2, 3, 4].map(() => freshShard())]
      await fill(large, 60)
      for (const shard of small) await fill(shard, 1)
      const { shards, pages, seen } = await shardsAmong([large, ...small], 10)
      expect(shards).toMatchObject([
        { shard: large, whole: false },
        ...small.map((shard) => ({ shard, whole: true })),
      ])
      expect(shards[0]?.keys).toHaveLength(10)
      // Each page brings one whole shard at least.
      expect(pages).toBeLessThanOrEqual(seen.length + 1)
    })

    test('and their keys may be anything at all', async () => {
      const odd = ['no|such|shard|at|all', '\uFFFF', '🚀', '\u0000', 'nobody'].map(
        (text) => `${text}${freshShard()}`,
      )
      for (const pk of odd)
        await store().jobs.put({ pk, sk: `\uFFFF${pk}`, task: 't', payload: 1 } as unknown as JobItem)
      const { shards } = await shardsAmong(odd)
      expect(shards).toEqual(odd.map((shard) => ({ shard, keys: [`\uFFFF${shard}`], whole: true })))
    })
  })
}
