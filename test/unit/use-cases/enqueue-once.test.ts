import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import { EnqueueIncompleteError, JobExistsError } from '../../../lib/core/errors.ts'
import { type JobItem, keyText } from '../../../lib/core/job/job.ts'
import { type Receipt, receiptOf } from '../../../lib/core/job/receipt.ts'
import type { JobKey } from '../../../lib/core/keys.ts'
import { putAllOnce, putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { jobItem, NOW, value } from '../../support/builders.ts'

let calls = 0
const once = (idempotencyKey: string, item: JobItem) => ({
  item,
  receipt: value(receiptOf({ idempotencyKey }, item, `call ${calls++}`, NOW)) as Receipt,
})
const keyOf = ({ pk, sk }: JobItem): JobKey => ({ pk, sk })

describe('one new job', () => {
  test('under a key that has one is the one that is there', async () => {
    const store = memoryStore()
    const [first, second] = [jobItem({ id: 'first' }), jobItem({ id: 'second' })]
    expect(await putNew(store, once('order-42', first))).toBeUndefined()
    expect(await putNew(store, once('order-42', second))).toEqual(keyOf(first))
    expect(await store.jobs.get(second)).toBeUndefined()
  })

  test('without a key is put as ever, also if it is there', async () => {
    const store = memoryStore()
    expect(await putNew(store, { item: jobItem() })).toBeUndefined()
    expect(await putNew(store, { item: jobItem() })).toBeUndefined()
    await expect(putNew(store, { item: jobItem({ task: 'other' }) })).rejects.toBeInstanceOf(JobExistsError)
  })

  test('is tried again while another call is in its way', async () => {
    const store = memoryStore()
    let busy = 2
    const jobs = {
      ...store.jobs,
      putOnce: async (item: JobItem, receipt: Receipt) =>
        busy-- > 0 ? ({ kind: 'busy' } as const) : store.jobs.putOnce(item, receipt),
    }
    expect(await putNew({ ...store, jobs }, once('order-42', jobItem()))).toBeUndefined()
    expect(await store.jobs.get(jobItem())).toEqual(jobItem())
  })

  test('is not tried again if the database refuses it', async () => {
    let tries = 0
    const refuse = async () => {
      tries++
      throw new Error('access denied')
    }
    const { jobs, states } = memoryStore()
    const put = putNew({ states, jobs: { ...jobs, putOnce: refuse } }, once('order-42', jobItem()))
    await expect(put).rejects.toThrow('access denied')
    expect(tries).toBe(1)
  })
})

describe('many new jobs', () => {
  test('of those with one key the first is put, and all others are that one', async () => {
    const store = memoryStore()
    const items = ['a', 'b', 'c', 'd'].map((id) => jobItem({ id }))
    const [a, b, c, d] = items
    if (!a || !b || !c || !d) throw new Error('four items')
    await putNew(store, once('before', jobItem({ id: 'before' })))
    const there = new Map<string, JobKey>()
    await putAllOnce(store, [once('k', a), once('l', b), once('k', c), once('before', d)], there)
    expect(Object.fromEntries(there)).toEqual({
      [keyText(c)]: keyOf(a),
      [keyText(d)]: keyOf(jobItem({ id: 'before' })),
    })
    const standing = await Promise.all(items.map((item) => store.jobs.get(item)))
    expect(standing.map((item) => item !== undefined)).toEqual([true, true, false, false])
  })

  test('names those that were not accepted, and no other', async () => {
    const store = memoryStore()
    await store.jobs.put(jobItem({ id: 'taken', task: 'other' }))
    const [good, taken] = [jobItem({ id: 'good' }), jobItem({ id: 'taken' })]
    const failure = await putAllOnce(store, [once('k', good), once('l', taken)], new Map()).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(EnqueueIncompleteError)
    expect((failure as EnqueueIncompleteError).unwritten).toEqual([taken])
    expect((failure as EnqueueIncompleteError).cause).toBeInstanceOf(JobExistsError)
    expect(await store.jobs.get(good)).toEqual(good)
  })
})
