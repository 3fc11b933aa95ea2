import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { partKey, sizeKey } from '../../lib/core/job/counted.ts'
import type { JobItem } from '../../lib/core/job/job.ts'
import { uniqueOf } from '../../lib/core/job/lock.ts'
import type { Swap } from '../../lib/ports/jobs.ts'
import type { Store } from '../../lib/ports/store.ts'
import { jobItem, NOW, sortKey, value } from '../support/builders.ts'
import { override } from '../support/override.ts'
import { freshShard } from './fresh.ts'

export function describeSwaps(store: () => Store): void {
  const jobs = () => store().jobs
  const unique = (key: string, item: JobItem = jobItem({ pk: freshShard() })) =>
    value(uniqueOf({ key }, item, randomUUID(), NOW))

  /** A job that waits and has a key, what would take its place, and the state of its shard. */
  async function waiting() {
    const key = randomUUID()
    const { item, lock } = unique(key)
    await jobs().putUnique(item, lock)
    const next = unique(key, { ...item, sk: sortKey({ runAt: NOW + 1000 }), payload: { changed: true } })
    const swap: Swap = { next: next.item, lock: next.lock, expiresAt: 4_000_000_000 }
    return { key, item, lock, next, swap, state: { shard: item.pk } }
  }

  describe('a job that waits', () => {
    test('is swapped for another, which has its key', async () => {
      const { key, item, next, swap, state } = await waiting()
      expect(await jobs().swapWaiting(state, item, swap)).toBe('swapped')
      expect(await jobs().get(item)).toBeUndefined()
      expect(await jobs().get(next.item)).toEqual(next.item)
      const other = unique(key)
      expect(await jobs().putUnique(other.item, other.lock)).toMatchObject({
        kind: 'locked',
        lock: { job: next.lock.job, mark: next.lock.mark },
      })
      expect(await store().states.read(item.pk)).toMatchObject({ version: 1 })
    })

    test('counts as one with what takes its place, which needs room where the other did not count', async () => {
      const { item, lock, state, swap } = await waiting()
      const size = async () => [...((await store().history.size(sizeKey(item.pk, 'queue') ?? '')) ?? [])]
      const room = (most: number) => [{ ...partKey(sizeKey(item.pk, 'queue') ?? '', 3), most }]
      const next = { ...swap.next, countedIn: { queue: 3 } }
      const sized = (most: number) => ({ ...swap, next, rooms: room(most) })
      const before = await size()
      const jobsBefore = new Map(before).get(3)?.jobs ?? 0
      expect(await jobs().swapWaiting(state, item, sized(jobsBefore))).toBe('full')
      expect(await jobs().get(item)).toEqual(item)
      expect(await size()).toEqual(before)
      expect(await jobs().swapWaiting(state, item, sized(jobsBefore + 1))).toBe('swapped')
      expect(new Map(await size()).get(3)?.jobs).toBe(jobsBefore + 1)
      const other = { ...next, sk: sortKey({ runAt: NOW + 2000 }) }
      const again = { next: other, lock: { ...lock, job: { pk: other.pk, sk: other.sk } } }
      expect(await jobs().swapWaiting({ ...state, version: 1 }, next, again)).toBe('swapped')
      expect(new Map(await size()).get(3)?.jobs).toBe(jobsBefore + 1)
      await jobs().remove(other)
      expect(new Map(await size()).get(3)?.jobs).toBe(jobsBefore)
    })

    test('is not swapped a second time by what was read before', async () => {
      const { item, swap, state } = await waiting()
      await jobs().swapWaiting(state, item, swap)
      const key = { ...swap.next, sk: sortKey({ runAt: NOW + 2000 }) }
      expect(await jobs().swapWaiting({ ...state, version: 1 }, item, { ...swap, next: key })).toBe('stale')
      expect(await jobs().get(key)).toBeUndefined()
    })

    test('is not swapped if a pass has been made over its shard', async () => {
      const { item, swap, state } = await waiting()
      await override(store(), item.pk, { concurrency: 1 })
      expect(await jobs().swapWaiting(state, item, swap)).toBe('stale')
      expect(await jobs().get(item)).toEqual(item)
      expect(await jobs().get(swap.next)).toBeUndefined()
    })

    test('is not swapped if it is another by now', async () => {
      const { item, swap, state } = await waiting()
      const marked = { ...item, cancellation: { by: 'ann', at: NOW } }
      await jobs().cancel(item, marked.cancellation)
      expect(await jobs().swapWaiting(state, item, swap)).toBe('stale')
      expect(await jobs().get(item)).toEqual(marked)
    })

    test('is not swapped if another has its key by now', async () => {
      const { key, item, lock, swap, state } = await waiting()
      const other = unique(key)
      const found = { ...lock, hasStarted: true as const }
      expect(await jobs().putUnique(other.item, other.lock, found)).toEqual({ kind: 'put' })
      expect(await jobs().swapWaiting(state, item, swap)).toBe('stale')
      expect(await jobs().get(item)).toEqual(item)
    })

    test('takes nobody else’s place', async () => {
      const { item, swap, state } = await waiting()
      await jobs().put({ ...swap.next, task: 'other' })
      expect(await jobs().swapWaiting(state, item, swap)).toBe('occupied')
      expect(await jobs().get(item)).toEqual(item)
    })

    test('is in the way of a successor under its very key', async () => {
      const { item, swap, state } = await waiting()
      const next = { ...swap.next, sk: item.sk }
      expect(await jobs().swapWaiting(state, item, { ...swap, next })).toBe('occupied')
      expect(await jobs().get(item)).toEqual(item)
    })

    test('whose successor’s reply was lost is known by the call that has put it', async () => {
      const { item, lock, next, swap, state } = await waiting()
      await jobs().swapWaiting(state, item, swap)
      const again = unique(lock.pk.split('|')[2] ?? '', jobItem({ pk: freshShard(), id: 'another' }))
      const outcome = await jobs().putUnique(again.item, { ...again.lock, mark: next.lock.mark ?? '' })
      expect(outcome).toEqual({ kind: 'replaced', job: next.lock.job })
    })
  })
}
