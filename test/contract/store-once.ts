import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { JobItem } from '../../lib/core/job/job.ts'
import { type Receipt, receiptOf } from '../../lib/core/job/receipt.ts'
import type { Store } from '../../lib/ports/store.ts'
import { putOnce } from '../../lib/use-cases/enqueue-once.ts'
import { jobItem, NOW, value } from '../support/builders.ts'
import { freshShard } from './fresh.ts'

const TTL_MS = 60_000
const keyOf = ({ pk, sk }: JobItem) => ({ pk, sk })

export function describeOnce(store: () => Store): void {
  const jobs = () => store().jobs
  const key = () => `key ${randomUUID()} of "müller" | $%`
  const receipt = (idempotencyKey: string, item: JobItem, now = NOW, mark: string = randomUUID()) =>
    value(receiptOf({ idempotencyKey, idempotencyTtl: TTL_MS }, item, mark, now)) as Receipt
  const once = (idempotencyKey: string, item: JobItem, now?: number) =>
    jobs().putOnce(item, receipt(idempotencyKey, item, now))

  describe('a job that is put once', () => {
    test('is there, and the second finds it and writes nothing, whatever its payload is', async () => {
      const [first, second] = [jobItem({ pk: freshShard() }), jobItem({ pk: freshShard(), payload: 'other' })]
      const same = key()
      expect(await once(same, first)).toEqual({ kind: 'put' })
      expect(await jobs().get(first)).toEqual(first)
      expect(await once(same, second)).toEqual({ kind: 'existing', job: keyOf(first) })
      expect(await jobs().get(second)).toBeUndefined()
    })

    test('is found when it has run, and until its time is over, to the millisecond', async () => {
      const [first, second, third] = [1, 2, 3].map(() => jobItem({ pk: freshShard() }))
      if (!first || !second || !third) throw new Error('three items')
      const same = key()
      await once(same, first)
      await jobs().remove(first)
      const existing = { kind: 'existing', job: keyOf(first) }
      expect(await once(same, second, NOW + TTL_MS - 1)).toEqual(existing)
      expect(await once(same, second, NOW + TTL_MS)).toEqual({ kind: 'put' })
      const newer = { kind: 'existing', job: keyOf(second) }
      expect(await once(same, third, NOW + 2 * TTL_MS - 1)).toEqual(newer)
    })

    test('is one, however many put it simultaneously, and all are told of the same', async () => {
      const items = Array.from({ length: 8 }, () => jobItem({ pk: freshShard() }))
      const same = key()
      const outcomes = await Promise.all(
        items.map((item) => putOnce(store(), { item, receipt: receipt(same, item) })),
      )
      expect(outcomes.filter(({ kind }) => kind === 'put')).toHaveLength(1)
      const standing = await Promise.all(items.map((item) => jobs().get(item)))
      const [made] = standing.filter((item) => item !== undefined)
      expect(standing.filter((item) => item !== undefined)).toHaveLength(1)
      const others = outcomes.filter(({ kind }) => kind !== 'put')
      expect(others).toEqual(others.map(() => ({ kind: 'existing', job: { pk: made?.pk, sk: made?.sk } })))
    })

    test('knows itself if the reply was lost and it is sent again, also when it has run', async () => {
      const item = jobItem({ pk: freshShard() })
      const own = receipt(key(), item)
      expect(await jobs().putOnce(item, own)).toEqual({ kind: 'put' })
      expect(await jobs().putOnce(item, own)).toEqual({ kind: 'put' })
      await jobs().remove(item)
      expect(await jobs().putOnce(item, own)).toEqual({ kind: 'put' })
      expect(await jobs().get(item)).toBeUndefined()
    })

    test('never takes the place of another job, and leaves no receipt then', async () => {
      const pk = freshShard()
      const [other, item] = [jobItem({ pk, task: 'other' }), jobItem({ pk })]
      await jobs().put(other)
      const same = key()
      expect(await once(same, item)).toEqual({ kind: 'taken' })
      expect(await jobs().get(other)).toEqual(other)
      expect(await once(same, jobItem({ pk: freshShard() }))).toEqual({ kind: 'put' })
    })

    test('that stands already without the key is the job that is there', async () => {
      const item = jobItem({ pk: freshShard() })
      await jobs().put(item)
      expect(await once(key(), item)).toEqual({ kind: 'existing', job: keyOf(item) })
    })

    test('leaves the same key of another queue alone', async () => {
      const same = key()
      await once(same, jobItem({ pk: freshShard() }))
      const other = { ...jobItem({ pk: freshShard() }), pk: `mail|${randomUUID()}` } as JobItem
      expect(await once(same, other)).toEqual({ kind: 'put' })
    })
  })
}
