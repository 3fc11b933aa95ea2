import { describe, expect, test } from 'vitest'
import { type Unique, uniqueOf } from '../../../lib/core/job/lock.ts'
import { onlyOne } from '../../../lib/core/job/one-only.ts'
import { asShard, jobItem, NOW, value } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

const unique = (key: Unique, item = jobItem()) => value(uniqueOf(key, item, 'mark', NOW))

test('a lock names the job, its queue and key, and outlives a job that is due late', () => {
  const due = NOW + 86_400_000
  const job = jobItem({ runAt: due })
  expect(unique({ key: 'sync|1' }, job)).toEqual({
    item: { ...job, uniqueKey: 'sync|1' },
    lock: {
      pk: '$unique|crm|sync|1',
      sk: 'lock',
      job: { pk: job.pk, sk: job.sk },
      mark: 'mark',
      expiresAt: due / 1000 + 400 * 86_400,
    },
  })
  const late = unique({ key: 'k' }, jobItem({ runAt: 0 }))
  expect(late.lock.expiresAt).toBe(NOW / 1000 + 400 * 86_400)
})

describe('without a key of its own, a job is the same as another', () => {
  const keyOf = (...job: Parameters<typeof jobItem>) => unique(true, jobItem(...job)).lock.pk
  const payload = { customer: 'acme', a: { b: 1, c: [1, 2] } }
  const one = keyOf({ payload })

  test('in any order of names, in any shard of the partition, at any time', () => {
    expect(keyOf({ payload: { a: { c: [1, 2], b: 1 }, customer: 'acme' } })).toBe(one)
    expect(keyOf({ payload, id: 'other', runAt: NOW + 5, pk: asShard('crm|acme|3') })).toBe(one)
  })

  test('in any shard or lane of a queue without partitions', () => {
    const keys = ['mail', 'mail||3', 'mail||+pool.gpu'].map((pk) => keyOf({ payload, pk: asShard(pk) }))
    expect(new Set(keys).size).toBe(1)
    expect(keys).not.toContain(one)
  })

  test.each([
    { payload: { ...payload, a: { b: 1, c: [2, 1] } } },
    { payload, task: 'other' },
    { payload, pk: asShard('crm|globex') },
    { payload, pk: asShard('mail|acme') },
  ])('not with %j', (other) => {
    expect(keyOf(other)).not.toBe(one)
  })
})

test.each<[object, string]>([
  [{ unique: { key: '' } }, 'unique.key'],
  [{ unique: { key: 'x'.repeat(257) } }, 'use a digest'],
  [{ unique: {} }, 'unique.key undefined'],
  [{ unique: false }, 'unique.key'],
  [{ unique: null }, 'unique.key'],
  [{ unique: true, idempotencyKey: 'k' }, 'not both'],
])('%j is refused', (options, why) => {
  expect(onlyOne(untyped(options), jobItem(), 'mark', NOW)).toEqual({
    ok: false,
    reason: expect.stringContaining(why),
  })
})
