import { describe, expect, test } from 'vitest'
import { deadLetterOf } from '../../lib/core/job/dead-letter.ts'
import type { JobItem } from '../../lib/core/job/job.ts'
import { keptUntil } from '../../lib/core/shard/expiry.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { change, claimed, jobItem, NOW } from '../support/builders.ts'
import { afterPass, freshQueue, freshShard } from './fresh.ts'

const MARK = { by: 'ann', reason: 'no use', at: NOW }

export function describeEnds(store: () => Store): void {
  const put = async (options: Parameters<typeof jobItem>[0] = {}) => {
    const item = jobItem({ pk: freshShard(), ...options })
    await store().jobs.put(item)
    return item
  }
  const get = (item: { readonly pk: string; readonly sk: string }) => store().jobs.get(item)
  const queue = freshQueue()
  const burialOf = (item: JobItem) => ({
    item,
    letter: deadLetterOf({ ...item, pk: `${queue}|a` }, 'expired', 'too late', NOW),
  })

  describe('jobs that wait are ended', () => {
    test('together, and the shard has got a version', async () => {
      const one = await put({ id: 'one' })
      const two = await put({ id: 'two', pk: one.pk })
      const burials = [burialOf(one), burialOf(two)]
      expect(await store().jobs.endWaiting(emptyState(one.pk), burials, keptUntil(NOW))).toBe('ended')
      expect([await get(one), await get(two)]).toEqual([undefined, undefined])
      for (const { letter } of burials)
        expect((await store().history.letters(letter.pk)).letters).toContainEqual(letter)
      expect(await store().states.read(one.pk)).toMatchObject({ version: 1, expiresAt: keptUntil(NOW) })
    })

    test('unless a pass has been made since the state was read', async () => {
      const read = await afterPass(store())
      const item = await put({ pk: read.shard })
      await store().states.pass(read, change({ take: { job: claimed('t') } }))
      expect(await store().jobs.endWaiting(read, [burialOf(item)])).toBe('stale')
      expect(await store().jobs.endWaiting(emptyState(read.shard), [burialOf(item)])).toBe('stale')
      expect(await get(item)).toEqual(item)
    })

    test('and a pass that has read them before that loses', async () => {
      const read = await afterPass(store())
      const item = await put({ pk: read.shard })
      expect(await store().jobs.endWaiting(read, [burialOf(item)])).toBe('ended')
      const claims = change({ take: { job: claimed('t') } })
      expect(await store().states.pass(read, claims)).toMatchObject({ kind: 'conflict' })
      const now = await store().states.read(read.shard)
      expect(now).toEqual({ ...read, version: (read.version ?? 0) + 1 })
    })

    test('all or none', async () => {
      const one = await put({ id: 'one' })
      const missing = jobItem({ id: 'two', pk: one.pk })
      const burials = [burialOf(one), burialOf(missing)]
      expect(await store().jobs.endWaiting(emptyState(one.pk), burials)).toBe('stale')
      expect([await get(one), await store().states.read(one.pk)]).toEqual([one, undefined])
    })
  })

  describe('a job that is marked as cancelled', () => {
    test('bears the mark', async () => {
      const item = await put()
      expect(await store().jobs.cancel(item, MARK)).toBe('marked')
      expect(await get(item)).toEqual({ ...item, cancellation: MARK })
      expect(await store().jobs.peek(item)).toEqual({ ...item, cancellation: MARK })
    })

    test('is done if its work was done', async () => {
      const item = await put()
      await store().jobs.cancel(item, MARK)
      expect(await store().jobs.remove(item)).toBe('removed')
    })

    test('is not tried again, and does not end otherwise, by anybody who has not seen the mark', async () => {
      const item = await put()
      await store().jobs.cancel(item, MARK)
      const next = { ...item, ...jobItem({ pk: item.pk, runAt: NOW + 1, attempt: 2 }) }
      expect(await store().jobs.replace(item, next)).toBe('changed')
      expect(await store().jobs.bury(item, burialOf(item).letter)).toBe('changed')
      const marked = { ...item, cancellation: MARK }
      expect(await store().jobs.bury(marked, burialOf(marked).letter)).toBe('buried')
    })

    test('has to be there, as it was read', async () => {
      const item = await put()
      const other = { ...item, payload: { customer: 'other' } }
      expect(await store().jobs.cancel(other, MARK)).toBe('changed')
      expect(await get(item)).toEqual(item)
      const gone = jobItem({ pk: freshShard() })
      expect(await store().jobs.cancel(gone, MARK)).toBe('gone')
      expect(await get(gone)).toBeUndefined()
    })

    test('is the same job for whoever puts it again', async () => {
      const item = await put()
      await store().jobs.cancel(item, MARK)
      expect(await store().jobs.put(item)).toBe('exists')
    })
  })
}
