import { describe, expect, test } from 'vitest'
import type { JobItem } from '../../lib/core/job/job.ts'
import type { SeenShard } from '../../lib/core/shard/seen-shards.ts'
import { emptyState, type ShardGlance, type ShardState } from '../../lib/core/shard/state.ts'
import type { ScanQuery, Store } from '../../lib/ports/store.ts'
import { borrowed, claimed, jobItem, NOW } from '../support/builders.ts'
import { override } from '../support/override.ts'
import { afterPass, freshShard } from './fresh.ts'

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

  describe('state items', () => {
    const OVERRIDE = { concurrency: 2 }

    /** Five items that say all that a sweep wants to know. */
    async function someStates(): Promise<ShardState[]> {
      const made: ShardState[] = []
      for (let n = 0; n < 4; n++)
        made.push(
          await afterPass(store(), { take: { [`job${n}`]: claimed('t') }, start: '7', waiting: n % 2 === 0 }),
        )
      made.push(
        await afterPass(store(), {
          dueAt: NOW,
          expiresAt: 2_000_000_000,
          borrowed: { slots: borrowed('l', 3, 1) },
        }),
      )
      const shard = freshShard()
      await override(store(), shard, OVERRIDE)
      made.push({ ...emptyState(shard), override: OVERRIDE })
      return made
    }

    /** What a sweep sees of a state. */
    const glanceOf = (state: ShardState): ShardGlance => {
      const { initialised: _i, version: _v, window: _w, dueShard: _d, passedBy: _p, ...rest } = state
      return rest
    }

    async function scanned(query: ScanQuery): Promise<ShardGlance[]> {
      const seen: ShardGlance[] = []
      let cursor: string | undefined
      do {
        const page = await store().states.scan({ ...query, ...(cursor === undefined ? {} : { cursor }) })
        seen.push(...page.states)
        cursor = page.cursor
      } while (cursor !== undefined)
      return seen
    }

    const among = (seen: readonly ShardGlance[], states: readonly ShardState[]) =>
      states.map(({ shard }) => seen.filter((state) => state.shard === shard))

    test.each([{}, { limit: 1 }, { limit: 3 }])(
      'are all shown by a scan, once each, a page at a time: %j',
      async (query) => {
        const states = await someStates()
        const found = among(await scanned(query), states)
        expect(found).toMatchObject(states.map((state) => [glanceOf(state)]))
      },
    )

    test('are each in one segment', async () => {
      const states = await someStates()
      const parts = await Promise.all([0, 1, 2].map((index) => scanned({ segment: { index, total: 3 } })))
      expect(among(parts.flat(), states)).toMatchObject(states.map((state) => [glanceOf(state)]))
    })

    test('of some shards are shown together; there may be none', async () => {
      const states = await someStates()
      const nobody = freshShard()
      const { states: found, damaged } = await store().states.glance([
        ...states.map(({ shard }) => shard),
        nobody,
      ])
      expect(among(found, states)).toMatchObject(states.map((state) => [glanceOf(state)]))
      expect([found.length, damaged]).toEqual([states.length, []])
      expect((await store().states.glance([])).states).toEqual([])
    })

    test('of some shards show what has held their jobs', async () => {
      const held = [{ since: NOW }, { since: NOW + 1, by: 'pool|api' }]
      const { shard } = await afterPass(store(), { waiting: true, held })
      const { states } = await store().states.glance([shard])
      expect(states).toMatchObject([{ held }])
      expect(
        among(
          await scanned({}),
          states.map(({ shard }) => ({ ...emptyState(shard) })),
        ),
      ).toMatchObject([[{ held }]])
    })

    test('of more shards than a call takes are shown too', async () => {
      const state = await afterPass(store())
      const shards = Array.from({ length: 230 }, () => freshShard())
      const { states } = await store().states.glance([...shards, state.shard])
      expect(states.map(({ shard }) => shard)).toEqual([state.shard])
    })
  })

  test('what sweeps have counted is kept beside their places', async () => {
    const { states } = store()
    expect(await states.census()).toEqual({})
    const jobs = { shards: 2, waiting: 7, blocked: 5, delayed: 1, inFlight: 2 }
    const waitingFor = { slots: 1, 'pool|api rate': 1, 'each|user=…': 2 }
    const waits = { waitingFor, longest: { shard: 'crm|acme', since: NOW - 5 } }
    const counted = {
      from: NOW,
      until: NOW + 1000,
      queues: { crm: { ...jobs, lost: 3, ...waits }, mail: { ...jobs, atLeast: true } },
    } as const
    const sizes = { crm: { jobs: 17, puts: 40 }, mail: { jobs: -1, puts: 0 } }
    const counting = { ...counted, cursor: 'crm|\uFFFF', sizes }
    await states.saveSweepCursor('jobs', 'crm|\uFFFF')
    await states.saveCensus({ counted, counting })
    expect(await states.census()).toEqual({ counted, counting })
    expect(await states.sweepCursors()).toMatchObject({ jobs: 'crm|\uFFFF' })
    await states.saveCensus({ counted })
    expect(await states.census()).toEqual({ counted })
    expect(await states.sweepCursors()).toMatchObject({ jobs: 'crm|\uFFFF' })
    await states.saveCensus({})
    await states.saveSweepCursor('jobs', undefined)
    expect(await states.census()).toEqual({})
  })

  test('the sweep’s place is kept for each part by itself, and is no state item', async () => {
    const { states } = store()
    await states.saveSweepCursor('a 1 of 2', 'crm|\uFFFF')
    await states.saveSweepCursor('b', 'x')
    expect(await states.sweepCursors()).toMatchObject({ 'a 1 of 2': 'crm|\uFFFF', b: 'x' })
    await states.saveSweepCursor('b', undefined)
    await states.saveSweepCursor('never', undefined)
    expect(await states.sweepCursors()).toEqual({ 'a 1 of 2': 'crm|\uFFFF' })
    expect((await states.scan()).states.filter(({ shard }) => shard.startsWith('$'))).toEqual([])
  })
}
