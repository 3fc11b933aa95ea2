import { describe, expect, test } from 'vitest'
import { partKey, type Room, sizeKey } from '../../lib/core/job/counted.ts'
import { deadLetterOf } from '../../lib/core/job/dead-letter.ts'
import type { JobItem } from '../../lib/core/job/job.ts'
import { uniqueOf } from '../../lib/core/job/lock.ts'
import { type Receipt, receiptOf } from '../../lib/core/job/receipt.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { asShard, jobItem, NOW, sortKey, value } from '../support/builders.ts'
import { freshQueue } from './fresh.ts'

export function describeSizes(store: () => Store): void {
  const { jobs, history } = {
    jobs: () => store().jobs,
    history: () => store().history,
  }
  const freshPk = () => asShard(`${freshQueue()}|acme`)
  const keys = (pk: ShardKey) => [sizeKey(pk, 'queue') ?? '', sizeKey(pk, 'partition') ?? ''] as const
  const counted = (pk: ShardKey, id = 'job'): JobItem => ({
    ...jobItem({ pk, id }),
    countedIn: { queue: 3, partition: 0 },
  })
  const room = (pk: ShardKey, most: number): Room[] => [{ ...partKey(keys(pk)[0], 3), most }]
  const sizes = async (pk: ShardKey) =>
    Promise.all(
      keys(pk).map(async (key) =>
        Object.fromEntries([...(await history().size(key))].map(([part, { jobs }]) => [part, jobs])),
      ),
    )
  const ONE = [{ 3: 1 }, { 0: 1 }]
  const NONE = [{ 3: 0 }, { 0: 0 }]
  const letterOf = (item: JobItem) => deadLetterOf(item, 'exhausted', 'no', NOW)
  const state = (pk: ShardKey) => emptyState(pk)

  describe('a job that counts', () => {
    test('counts where it says, once, whoever puts it again', async () => {
      const item = counted(freshPk())
      expect(await sizes(item.pk)).toEqual([{}, {}])
      expect(await jobs().putCounted(item)).toBe('put')
      expect(await jobs().putCounted({ ...item, countedIn: { queue: 1 } })).toBe('exists')
      expect(await jobs().putCounted({ ...item, task: 'other' })).toBe('taken')
      expect(await sizes(item.pk)).toEqual(ONE)
      expect(await jobs().get(item)).toEqual(item)
    })

    test('counts as before in another shard of its partition, and is counted off if it is there already', async () => {
      const item = counted(freshPk())
      await jobs().putCounted(item)
      const next = { ...item, pk: asShard(`${item.pk}|7`) }
      expect(await jobs().moveWaiting(state(item.pk), [{ item, next }])).toBe('moved')
      expect(await sizes(item.pk)).toEqual(ONE)
      // A recount may have been there before it.
      expect((await history().size(keys(item.pk)[0])).get(3)).toEqual({ jobs: 1, puts: 2 })
      await jobs().putCounted(item)
      const read = (await store().states.read(item.pk)) ?? state(item.pk)
      expect(await jobs().moveWaiting(read, [{ item }])).toBe('moved')
      expect(await sizes(item.pk)).toEqual(ONE)
    })

    test('is put only if there is room, unless it is there', async () => {
      const pk = freshPk()
      const [first, second] = [counted(pk, 'first'), counted(pk, 'second')]
      expect(await jobs().putCounted(first, room(pk, 0))).toBe('full')
      expect(await jobs().putCounted(first, room(pk, 1))).toBe('put')
      expect(await jobs().putCounted(second, room(pk, 1))).toBe('full')
      expect(await jobs().putCounted(first, room(pk, 1))).toBe('exists')
      expect(await jobs().get(second)).toBeUndefined()
      expect(await sizes(pk)).toEqual(ONE)
      expect(await jobs().putCounted(second, room(pk, 2))).toBe('put')
    })

    test('is put only if no other part has more than was read', async () => {
      const pk = freshPk()
      const key = keys(pk)[0]
      const strained = (count: number): Room[] => [
        { ...partKey(key, 4), most: 9, others: [{ ...partKey(key, 3), count }] },
      ]
      await jobs().putCounted(counted(pk, 'first'))
      const item: JobItem = { ...jobItem({ pk }), countedIn: { queue: 4 } }
      expect(await jobs().putCounted(item, strained(0))).toBe('full')
      expect(await jobs().putCounted(item, strained(1))).toBe('put')
    })

    test('with a receipt or a lock counts with it, or finds the job that is there although there is no room', async () => {
      const pk = freshPk()
      const [once, only, other] = [counted(pk, 'once'), counted(pk, 'only'), counted(pk, 'other')]
      const receipt = (item: JobItem, mark: string) =>
        value(receiptOf({ idempotencyKey: 'k' }, item, mark, NOW)) as Receipt
      const lock = (item: JobItem, mark: string) => value(uniqueOf({ key: 'k' }, item, mark, NOW))
      expect(await jobs().putOnce(once, receipt(once, 'a'), room(pk, 0))).toEqual({ kind: 'full' })
      expect(await jobs().putOnce(once, receipt(once, 'a'), room(pk, 1))).toEqual({ kind: 'put' })
      expect(await jobs().putOnce(once, receipt(once, 'a'), room(pk, 1))).toEqual({ kind: 'put' })
      const { pk: _, sk } = once
      const found = { kind: 'existing', job: { pk, sk } }
      expect(await jobs().putOnce(other, receipt(other, 'b'), room(pk, 0))).toEqual(found)
      const [first, second] = [lock(only, 'a'), lock(other, 'b')]
      expect(await jobs().putUnique(first.item, first.lock, undefined, room(pk, 1))).toEqual({ kind: 'full' })
      expect(await jobs().putUnique(first.item, first.lock, undefined, room(pk, 2))).toEqual({ kind: 'put' })
      const locked = { kind: 'existing', job: { pk, sk: only.sk } }
      expect(await jobs().putUnique(second.item, second.lock, first.lock, room(pk, 0))).toEqual(locked)
      await jobs().remove(first.item)
      expect(await jobs().putUnique(second.item, second.lock, first.lock, room(pk, 1))).toEqual({
        kind: 'full',
      })
      expect(await sizes(pk)).toEqual(ONE)
    })

    test.each(['done', 'dead', 'ended while it waits', 'moved to the dead letters'] as const)(
      'is counted off once when it is %s',
      async (how) => {
        const item = counted(freshPk())
        await jobs().putCounted(item)
        const letter = letterOf(item)
        for (let time = 0; time < 2; time++) {
          if (how === 'done') await jobs().remove(item)
          else if (how === 'dead') await jobs().bury(item, letter)
          else if (how === 'ended while it waits')
            await jobs().endWaiting(state(item.pk), [{ item, letter }], 9)
          else await jobs().moveOut(state(item.pk), item, { letter })
          expect(await sizes(item.pk)).toEqual(NONE)
        }
        expect(await jobs().get(item)).toBeUndefined()
      },
    )

    test('counts on from attempt to attempt', async () => {
      const item = counted(freshPk())
      await jobs().putCounted(item)
      const next: JobItem = { ...item, sk: sortKey({ runAt: NOW + 1000 }), attempt: 2 }
      expect(await jobs().replace(item, next)).toBe('replaced')
      expect(await sizes(item.pk)).toEqual(ONE)
      await jobs().remove(next)
      expect(await sizes(item.pk)).toEqual(NONE)
    })

    test('counts in its new place when it is moved, and when it comes back', async () => {
      const [from, to] = [freshPk(), freshPk()]
      const item = counted(from)
      await jobs().putCounted(item)
      const job: JobItem = { ...item, pk: to, countedIn: { queue: 5 } }
      expect(await jobs().moveOut(state(from), item, { job })).toBe('moved')
      expect([await sizes(from), await sizes(to)]).toEqual([NONE, [{ 5: 1 }, {}]])
      const letter = letterOf(job)
      await jobs().bury(job, letter)
      expect(await history().putBack(letter, job)).toBe('put')
      expect(await history().putBack(letter, job)).toBe('gone')
      expect(await sizes(to)).toEqual([{ 5: 1 }, {}])
    })

    test('is not counted off by one that stands in its place', async () => {
      const item = counted(freshPk())
      await jobs().putCounted(item)
      await jobs().putBatch([{ ...item, task: 'other' }])
      expect(await jobs().remove(item)).toBe('changed')
      expect(await sizes(item.pk)).toEqual(ONE)
    })
  })

  test('a number is mended if nobody has changed it since it was read, and jobs that count are found page by page', async () => {
    const pk = freshPk()
    const [queue = ''] = pk.split('|')
    const items = Array.from({ length: 7 }, (_, n) => counted(pk, `job-${n}`))
    for (const item of items) await jobs().putCounted(item)
    await jobs().put(jobItem({ pk, id: 'raw' }))
    await jobs().putCounted({ ...counted(asShard(`${queue}x|acme`)), countedIn: { queue: 1 } })
    const key = partKey(keys(pk)[0], 3)
    const read = (await history().size(key.pk)).get(3) ?? { jobs: 0, puts: 0 }
    expect(read).toEqual({ jobs: 7, puts: 7 })
    if (items[0]) await jobs().remove(items[0])
    expect(await history().mendSize(key, read, 1)).toBe(false)
    expect(await history().mendSize(key, { jobs: 6, puts: 6 }, 1)).toBe(false)
    expect(await history().mendSize(key, { jobs: 6, puts: 7 }, 1)).toBe(true)
    expect(await history().mendSize(partKey(key.pk, 9), { jobs: 0, puts: 0 }, 2)).toBe(true)
    expect(await sizes(pk)).toEqual([{ 3: 1, 9: 2 }, { 0: 6 }])
    const found: unknown[] = []
    let cursor: string | undefined
    do {
      const page = await jobs().countedItems(queue, cursor)
      found.push(...page.items)
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(found).toEqual(items.slice(1).map(({ sk, countedIn }) => ({ pk, sk, countedIn })))
  })

  describe('a maximum that is set', () => {
    const marked = (pk: ShardKey, most: number, mark?: string): Room[] =>
      room(pk, most).map((one) => ({ ...one, ...(mark === undefined ? {} : { mark }) }))
    const setsOf = async (pk: ShardKey) =>
      new Set([...(await history().size(keys(pk)[0])).values()].map(({ set }) => set?.mark))

    test('stands in all parts, its note in the first, beside the jobs that count there', async () => {
      const pk = freshPk()
      await jobs().putCounted(counted(pk))
      const said = { by: 'ann', reason: 'they run wild', since: NOW }
      expect(await history().setMaxSize(keys(pk)[0], { mark: 'm1', max: 0, ...said })).toBe('set')
      const read = await history().size(keys(pk)[0])
      expect(read.size).toBe(16)
      expect(read.get(0)).toEqual({ jobs: 0, puts: 0, set: { mark: 'm1', max: 0, ...said } })
      expect(read.get(3)).toEqual({ jobs: 1, puts: 1, set: { mark: 'm1', max: 0 } })
      expect(await history().setMaxSize(keys(pk)[0], { mark: 'm2' })).toBe('set')
      expect((await history().size(keys(pk)[0])).get(0)).toEqual({ jobs: 0, puts: 0, set: { mark: 'm2' } })
      expect(await setsOf(pk)).toEqual(new Set(['m2']))
      expect(await history().size(keys(pk)[1])).toEqual(new Map([[0, { jobs: 1, puts: 1 }]]))
      const part = partKey(keys(pk)[0], 3)
      expect(await history().mendSize(part, { jobs: 1, puts: 1 }, 0)).toBe(true)
      expect(await setsOf(pk)).toEqual(new Set(['m2']))
    })

    test('refuses whoever has found room by another one, and nobody who ends a job', async () => {
      const pk = freshPk()
      const [first, second] = [counted(pk, 'first'), counted(pk, 'second')]
      expect(await jobs().putCounted(first, marked(pk, 9, 'm1'))).toBe('full')
      expect(await jobs().putCounted(first, marked(pk, 9))).toBe('put')
      await history().setMaxSize(keys(pk)[0], { mark: 'm1', max: 9 })
      expect(await jobs().putCounted(second, marked(pk, 9))).toBe('full')
      expect(await jobs().putCounted(second, marked(pk, 9, 'm0'))).toBe('full')
      expect(await jobs().putCounted(second, marked(pk, 1, 'm1'))).toBe('full')
      expect(await jobs().putCounted(second, marked(pk, 9, 'm1'))).toBe('put')
      await history().setMaxSize(keys(pk)[0], { mark: 'm2' })
      await jobs().remove(first)
      expect(await jobs().putCounted(first, marked(pk, 9, 'm1'))).toBe('full')
      expect(await jobs().putCounted(first, marked(pk, 9, 'm2'))).toBe('put')
    })
  })

  test('a job that does not count changes no number', async () => {
    const { countedIn: _, ...item } = counted(freshPk())
    await jobs().put(item)
    await jobs().remove(item)
    for (const countedIn of [7, 'x', {}, { queue: 16 }, { queue: -1 }, { partition: 1.5 }, null]) {
      await jobs().putBatch([{ ...item, countedIn } as JobItem])
      await jobs().remove({ ...item, countedIn } as JobItem)
    }
    expect(await sizes(item.pk)).toEqual([{}, {}])
  })

  test('of jobs that are put simultaneously, each while there is room, as many are put as there is room', async () => {
    const pk = freshPk()
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        for (;;) {
          const outcome = await jobs().putCounted(counted(pk, `job-${n}`), room(pk, 5))
          if (outcome !== 'busy') return outcome
        }
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'put')).toHaveLength(5)
    expect(await sizes(pk)).toEqual([{ 3: 5 }, { 0: 5 }])
  })
}
