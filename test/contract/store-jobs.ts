import { describe, expect, test } from 'vitest'
import type { JobItem } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { Store } from '../../lib/ports/store.ts'
import { jobItem, NOW } from '../support/builders.ts'
import { freshQueue, freshShard } from './fresh.ts'

export function describeJobs(store: () => Store): void {
  describe('jobs', () => {
    const { put, get, range } = shorthand(store)

    test('a job that was put is found under its key, unchanged', async () => {
      const payload = {
        n: -0.5,
        big: 2 ** 53 - 1,
        text: 'äß🚀\u0000',
        list: [1, [2]],
        none: null,
        '': undefined,
      }
      const item = { ...jobItem({ pk: freshShard(), attempt: 3 }), payload, meta: { a: { b: true } } }
      expect(await put(item)).toBe('put')
      const { '': _, ...kept } = payload
      expect(await get(item)).toEqual({ ...item, payload: kept })
    })

    test('a payload of 300 KB is kept', async () => {
      const item = jobItem({ pk: freshShard(), payload: { text: 'x'.repeat(300_000) } })
      await put(item)
      expect(await get(item)).toEqual(item)
    })

    test('a second put under the same key changes nothing', async () => {
      const item = jobItem({ pk: freshShard() })
      await put(item)
      expect(await put({ ...item, task: 'other' })).toBe('taken')
      expect(await put({ ...item })).toBe('exists')
      expect(await get(item)).toEqual(item)
    })

    test('of two simultaneous puts exactly one is taken', async () => {
      const item = jobItem({ pk: freshShard() })
      const outcomes = await Promise.all([put(item), put(item), put(item)])
      expect(outcomes.sort()).toEqual(['exists', 'exists', 'put'])
    })

    test('an unknown key gives nothing', async () => {
      expect(await get(jobItem({ pk: freshShard() }))).toBeUndefined()
    })

    test('25 jobs of several shards are put in one batch', async () => {
      const items = many(freshShard(), 12).concat(many(freshShard(), 13))
      const left = await store().jobs.putBatch(items)
      expect(left).toEqual([])
      expect(await Promise.all(items.map(get))).toEqual(items)
    })

    test('a range is in the order of priority, time and id', async () => {
      const pk = freshShard()
      const inOrder = [
        jobItem({ pk, id: 'z', priority: 0, runAt: NOW + 1000 }),
        jobItem({ pk, id: 'y', priority: 3, runAt: NOW - 1 }),
        jobItem({ pk, id: '10', priority: 3, runAt: NOW }),
        jobItem({ pk, id: '9', priority: 3, runAt: NOW }),
        jobItem({ pk, id: 'a', priority: 9, runAt: 0 }),
      ]
      for (const item of inOrder.toReversed()) await put(item)
      expect((await range(pk, '0#', 10)).items).toEqual(inOrder)
    })

    test('a range sees its own shard only', async () => {
      const pk = freshShard()
      await put(jobItem({ pk }))
      await put(jobItem({ pk: `${pk}x` as ShardKey }))
      await put(jobItem({ pk: pk.slice(0, -1) as ShardKey }))
      expect((await range(pk, '0#', 10)).items).toEqual([jobItem({ pk })])
    })

    test('pages that follow each other show every item once', async () => {
      const pk = freshShard()
      const items = many(pk, 7)
      await store().jobs.putBatch(items)
      const seen: string[] = []
      let from: string | undefined = '0#'
      while (from !== undefined) {
        const page = await range(pk, from, 3)
        expect(page.items.length).toBeLessThanOrEqual(3)
        seen.push(...page.items.map(({ sk }) => sk))
        const last = page.items.at(-1)?.sk
        from = page.more && last !== undefined ? `${last}\u0000` : undefined
      }
      expect(seen).toEqual(items.map(({ sk }) => sk))
    })

    test('`more` is true where items are behind the page, and false where the page is not full', async () => {
      const pk = freshShard()
      await store().jobs.putBatch(many(pk, 3))
      expect((await range(pk, '0#', 2)).more).toBe(true)
      expect((await range(pk, '0#', 4)).more).toBe(false)
    })

    test('items too large for one page come on the next', async () => {
      const pk = freshShard()
      const items = many(pk, 6).map((item) => ({ ...item, payload: 'x'.repeat(250_000) }))
      for (const item of items) await put(item)
      const first = await range(pk, '0#', 6)
      const from = `${first.items.at(-1)?.sk}\u0000`
      const rest = first.more ? (await range(pk, from, 6)).items : []
      expect([...first.items, ...rest].map(({ sk }) => sk)).toEqual(items.map(({ sk }) => sk))
    })

    test('`from` takes its own key in', async () => {
      const pk = freshShard()
      const items = many(pk, 3)
      await store().jobs.putBatch(items)
      expect((await range(pk, items[1]?.sk ?? '', 5)).items).toEqual(items.slice(1))
    })

    test('a removed job is gone, and removing it again is no error', async () => {
      const item = jobItem({ pk: freshShard() })
      await put(item)
      expect(await store().jobs.remove(item)).toBe('removed')
      expect(await store().jobs.remove(item)).toBe('gone')
      expect(await get(item)).toBeUndefined()
    })

    test.each([
      ['its task', { task: 'other' }],
      ['something deep in its payload', { payload: { customer: 'acme', deep: [{ one: 2 }] } }],
      ['an attribute more', { meta: { tenant: 'a' } }],
      ['an attribute less', { payload: undefined }],
      ['its attempt', { attempt: 2 }],
    ])('an item that was replaced by one that differs in %s stays', async (_what, other) => {
      const judged = { ...jobItem({ pk: freshShard() }), note: 'mine', payload: { deep: [{ one: 1 }] } }
      const stands = JSON.parse(JSON.stringify({ ...judged, ...other })) as JobItem
      await put(judged)
      const read = await get(judged)
      await store().jobs.putBatch([stands])
      const [next, queue] = [jobItem({ pk: freshShard() }), freshQueue()]
      if (!read) throw new Error('not put')
      expect(await store().jobs.remove(read)).toBe('changed')
      expect(await store().jobs.replace(read, next)).toBe('changed')
      expect(await store().jobs.bury(read, letter(queue))).toBe('changed')
      expect([await get(stands), await get(next)]).toEqual([stands, undefined])
      expect((await store().history.letters(letter(queue).pk)).letters).toEqual([])
    })

    test('attributes of its owner may change while a job runs, but not those of an item that is refused', async () => {
      const job = { ...jobItem({ pk: freshShard() }), progress: 1 }
      await put(job)
      const read = await get(job)
      await store().jobs.putBatch([{ ...job, progress: 2 }])
      const refusal = { ...letter(freshQueue()), reason: 'refused' as const }
      if (!read) throw new Error('not put')
      expect(await store().jobs.bury(read, refusal)).toBe('changed')
      expect(await store().jobs.remove(read)).toBe('removed')
    })

    test('an item that was put again as it was is the same', async () => {
      const item = { ...jobItem({ pk: freshShard() }), payload: { n: [1, 'ü', null, true, { deep: {} }] } }
      await put(item)
      await store().jobs.putBatch([item])
      expect(await store().jobs.remove(item)).toBe('removed')
    })

    test('`before` leaves its own key out, and what is behind it', async () => {
      const pk = freshShard()
      const items = many(pk, 4)
      await store().jobs.putBatch(items)
      const before = items[2]?.sk ?? ''
      const page = await store().jobs.range({ shard: pk, from: items[1]?.sk ?? '', before, limit: 5 })
      expect(page).toEqual({ items: [items[1]], more: false })
    })

    test('`before` hides nothing that stands just before its key', async () => {
      const pk = freshShard()
      const items = ['a', 'aa', 'ab', 'az~', 'b'].map((id) => jobItem({ pk, id }))
      await store().jobs.putBatch(items)
      const page = await store().jobs.range({ shard: pk, from: '0#', before: items[4]?.sk ?? '', limit: 9 })
      expect(page.items.map(({ sk }) => sk)).toEqual(items.slice(0, 4).map(({ sk }) => sk))
    })

    test('what a job says is compared before what its owner keeps beside it, however much that is', async () => {
      const notes = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`a-note-${n}`, n]))
      const item = { ...notes, ...jobItem({ pk: freshShard() }) }
      await put(item)
      const read = await get(item)
      await store().jobs.putBatch([{ ...item, task: 'other' }])
      const refusal = { ...letter(freshQueue()), reason: 'refused' as const }
      expect(read && (await store().jobs.bury(read, refusal))).toBe('changed')
    })

    test('a job is replaced once, however many try', async () => {
      const pk = freshShard()
      const item = jobItem({ pk })
      await put(item)
      const next = (n: number) => ({ ...jobItem({ pk, runAt: NOW + n }), attempt: 2 })
      const outcomes = await Promise.all([1, 2, 3].map((n) => store().jobs.replace(item, next(n))))
      expect(outcomes.sort()).toEqual(['gone', 'gone', 'replaced'])
      expect((await range(pk, '0#', 9)).items).toHaveLength(1)
      expect(await get(item)).toBeUndefined()
    })

    test('a job may be replaced by one of another shard', async () => {
      const [item, next] = [jobItem({ pk: freshShard() }), jobItem({ pk: freshShard() })]
      await put(item)
      expect(await store().jobs.replace(item, next)).toBe('replaced')
      expect([await get(item), await get(next)]).toEqual([undefined, next])
    })

    test('a job is not replaced where another stands, and both stay', async () => {
      const pk = freshShard()
      const [item, other] = [jobItem({ pk }), jobItem({ pk, runAt: NOW + 1, payload: { customer: 'other' } })]
      for (const one of [item, other]) await put(one)
      expect(await store().jobs.replace(item, jobItem({ pk, runAt: NOW + 1 }))).toBe('occupied')
      expect([await get(item), await get(other)]).toEqual([item, other])
    })

    test('a job that is gone is not replaced', async () => {
      const [item, next] = [jobItem({ pk: freshShard() }), jobItem({ pk: freshShard() })]
      expect(await store().jobs.replace(item, next)).toBe('gone')
      expect(await get(next)).toBeUndefined()
    })

    test('a buried job is in the dead letters and no longer in the table', async () => {
      const [item, queue] = [jobItem({ pk: freshShard() }), freshQueue()]
      await put(item)
      expect(await store().jobs.bury(item, letter(queue))).toBe('buried')
      expect(await store().jobs.bury(item, letter(queue))).toBe('gone')
      expect(await get(item)).toBeUndefined()
      expect((await store().history.letters(letter(queue).pk)).letters).toEqual([letter(queue)])
    })

    test('a job that is gone leaves no dead letter', async () => {
      const queue = freshQueue()
      expect(await store().jobs.bury(jobItem({ pk: freshShard() }), letter(queue))).toBe('gone')
      expect((await store().history.letters(letter(queue).pk)).letters).toEqual([])
    })
  })
}

const shorthand = (store: () => Store) => ({
  put: (item: JobItem) => store().jobs.put(item),
  get: (item: JobItem) => store().jobs.get(item),
  range: (shard: ShardKey, from: string, limit: number) => store().jobs.range({ shard, from, limit }),
})

const many = (pk: ShardKey, count: number): JobItem[] =>
  Array.from({ length: count }, (_, n) => jobItem({ pk, id: `job-${String(n).padStart(2, '0')}` }))

const letter = (queue: string) => ({
  pk: `dead|${queue}|7`,
  sk: '2030-01-31T09:00:00.000Z#x',
  reason: 'exhausted' as const,
  error: 'Error: no',
  job: '{}',
  expiresAt: Math.ceil(NOW / 1000) + 1_000_000_000,
})
