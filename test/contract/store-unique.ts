import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { deadLetterOf } from '../../lib/core/job/dead-letter.ts'
import type { JobItem } from '../../lib/core/job/job.ts'
import { uniqueOf } from '../../lib/core/job/lock.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { putUnique } from '../../lib/use-cases/enqueue-once.ts'
import { jobItem, NOW, sortKey, value } from '../support/builders.ts'
import { freshShard } from './fresh.ts'

const keyOf = ({ pk, sk }: JobItem) => ({ pk, sk })

export function describeUnique(store: () => Store): void {
  const jobs = () => store().jobs
  const freshKey = () => `key ${randomUUID()} of "müller" | $%`
  const unique = (key: string, item: JobItem = jobItem({ pk: freshShard() })) =>
    value(uniqueOf({ key }, item, randomUUID(), NOW))
  const put = ({ item, lock }: ReturnType<typeof unique>) => putUnique(store(), item, lock)
  const next = (item: JobItem, later_ms = 1000): JobItem => ({
    ...item,
    sk: sortKey({ runAt: NOW + later_ms }),
    attempt: 2,
  })

  describe('a job that is unique', () => {
    test('is there, and another with its key finds it', async () => {
      const key = freshKey()
      const [first, second] = [unique(key), unique(key)]
      expect(await put(first)).toEqual({ kind: 'put' })
      expect(await jobs().get(first.item)).toEqual(first.item)
      expect(await put(second)).toEqual({ kind: 'existing', job: keyOf(first.item) })
      expect(await jobs().get(second.item)).toBeUndefined()
      expect(await put(unique(freshKey()))).toEqual({ kind: 'put' })
    })

    test.each(['done', 'dead', 'deleted by hand'] as const)('frees its key when it is %s', async (how) => {
      const key = freshKey()
      const first = unique(key)
      await put(first)
      if (how === 'dead') await jobs().bury(first.item, deadLetterOf(first.item, 'exhausted', 'no', NOW))
      else await jobs().remove(first.item)
      const [second, third] = [unique(key), unique(key)]
      expect(await put(second)).toEqual({ kind: 'put' })
      expect(await put(third)).toEqual({ kind: 'existing', job: keyOf(second.item) })
    })

    test('keeps its key from attempt to attempt', async () => {
      const key = freshKey()
      const { item, lock } = unique(key)
      await put({ item, lock })
      const [second, third] = [next(item), next(item, 2000)]
      expect(await jobs().replace(item, second)).toBe('replaced')
      expect(await jobs().replace(second, third)).toBe('replaced')
      expect(await put(unique(key))).toEqual({ kind: 'existing', job: keyOf(third) })
      await jobs().remove(third)
      expect(await put(unique(key))).toEqual({ kind: 'put' })
    })

    test('leaves to its next attempt, and takes along when it is moved, all that its lock says', async () => {
      const key = freshKey()
      const first = unique(key)
      const lock = { ...first.lock, since: NOW - 5000, eventAt: NOW - 1000 }
      await put({ ...first, lock })
      const retried = next(first.item)
      await jobs().replace(first.item, retried)
      const ofRetry = await store().history.lock(lock)
      expect(ofRetry).toEqual({ ...lock, job: keyOf(retried), expiresAt: lock.expiresAt + 1 })
      const moved = { ...retried, pk: freshShard() }
      await jobs().moveWaiting(emptyState(retried.pk), [{ item: retried, next: moved }])
      expect(await store().history.lock(lock)).toEqual({ ...ofRetry, job: keyOf(moved) })
      // A copy of the call that has put it, or the same event again.
      expect(await jobs().putUnique(first.item, lock)).toEqual({ kind: 'existing', job: keyOf(moved) })
    })

    test('is one, however many put it simultaneously, also over the lock of one that has ended', async () => {
      const key = freshKey()
      for (const _round of [1, 2]) {
        const all = Array.from({ length: 8 }, () => unique(key))
        const outcomes = await Promise.all(all.map(put))
        expect(outcomes.filter(({ kind }) => kind === 'put')).toHaveLength(1)
        const standing = await Promise.all(all.map(({ item }) => jobs().get(item)))
        const [made, ...more] = standing.filter((item) => item !== undefined)
        expect(more).toEqual([])
        const others = outcomes.filter(({ kind }) => kind !== 'put')
        expect(others).toEqual(others.map(() => ({ kind: 'existing', job: { pk: made?.pk, sk: made?.sk } })))
        if (made) await jobs().remove(made)
      }
    })

    test('knows itself if the reply was lost and it is sent again', async () => {
      const key = freshKey()
      const [first, second] = [unique(key), unique(key)]
      expect(await jobs().putUnique(first.item, first.lock)).toEqual({ kind: 'put' })
      expect(await jobs().putUnique(first.item, first.lock)).toEqual({ kind: 'put' })
      await jobs().remove(first.item)
      for (const _time of [1, 2])
        expect(await jobs().putUnique(second.item, second.lock, first.lock)).toEqual({ kind: 'put' })
    })

    test('may be put again under the very key of one that has ended', async () => {
      const key = freshKey()
      const first = unique(key)
      await put(first)
      await jobs().remove(first.item)
      expect(await put(unique(key, first.item))).toEqual({ kind: 'put' })
      expect(await put(unique(key, first.item))).toEqual({ kind: 'existing', job: keyOf(first.item) })
    })

    test('never takes the place of another job, and leaves no lock then', async () => {
      const item = jobItem({ pk: freshShard() })
      await jobs().put({ ...item, task: 'other' })
      const key = freshKey()
      expect(await put(unique(key, item))).toEqual({ kind: 'taken' })
      expect(await put(unique(key))).toEqual({ kind: 'put' })
    })
  })

  test('a job that says it has a key, and has no lock, or another has it, is tried again as any', async () => {
    const key = freshKey()
    const [holder, other] = [unique(key), unique(key)]
    const alone = unique(freshKey())
    await put(holder)
    for (const { item } of [other, alone]) {
      await jobs().put(item)
      expect(await jobs().replace(item, next(item))).toBe('replaced')
      expect(await jobs().get(next(item))).toEqual(next(item))
    }
    expect(await put(unique(key))).toEqual({ kind: 'existing', job: keyOf(holder.item) })
  })
}
