import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryPayloads } from '../../../lib/adapters/memory/payloads.ts'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import { emptyTables } from '../../../lib/adapters/memory/tables.ts'
import { deadLetterOf } from '../../../lib/core/job/dead-letter.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { uniqueOf } from '../../../lib/core/job/lock.ts'
import { receiptOf } from '../../../lib/core/job/receipt.ts'
import { sizeOf } from '../../../lib/core/limits/queue-size.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { QueueFullError } from '../../../lib/core/queue/full.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import type { Store } from '../../../lib/ports/store.ts'
import { putMany } from '../../../lib/use-cases/enqueue-many.ts'
import { putAllSized, putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { asShard, jobItem, NOW, sortKey, value } from '../../support/builders.ts'
import { type Fate, itemsIn, numbersIn, numbersOf, sizedJob, unsteadyStore } from '../../support/sized.ts'

const configOf = (maxQueueSize: { queue?: number; partition?: number }) =>
  defineConfig({ queues: { crm: { partition: { payload: 'customer' }, maxQueueSize } } })
const config = configOf({ queue: 5, partition: 3 })
const at = (customer: string, id: string): JobItem => jobItem({ pk: asShard(`crm|${customer}`), id })

function world(configured = config) {
  const tables = emptyTables()
  const store = memoryStore(tables)
  const put = (customer: string, id: string, only = {}) =>
    putNew(store, sizedJob(configured, at(customer, id), only))
  return { tables, store, put }
}

describe('a queue that may be full', () => {
  test('refuses a job beyond its partition’s size, then one beyond its own, with the numbers', async () => {
    const { tables, put } = world()
    for (const id of ['1', '2', '3']) await put('acme', id)
    await expect(put('acme', '4')).rejects.toMatchObject({
      name: 'QueueFullError',
      queue: 'crm',
      partition: 'acme',
      size: 3,
      maxQueueSize: 3,
    })
    for (const id of ['1', '2']) await put('globex', id)
    const refused = put('globex', '3')
    await expect(refused).rejects.toBeInstanceOf(QueueFullError)
    await expect(refused).rejects.toMatchObject({ partition: undefined, size: 5 })
    await expect(refused).rejects.toThrow(
      'queue "crm" is full, 5 of 5 jobs are there: enqueue it again when some have ended, drop it, or raise queues.crm.maxQueueSize.queue',
    )
    expect(itemsIn(tables)).toHaveLength(5)
  })

  test('names a full partition as its jobs do', async () => {
    const { put } = world()
    for (const id of ['1', '2', '3']) await put('a%7Cb', id)
    await expect(put('a%7Cb', '4')).rejects.toThrow('partition "a|b" of queue "crm" is full, 3 of 3 jobs')
  })

  test('takes another when one has ended, also one that was put under a configuration with a limit and ends without', async () => {
    const { store, tables, put } = world(configOf({ queue: 1 }))
    await put('acme', '1')
    await expect(put('acme', '2')).rejects.toBeInstanceOf(QueueFullError)
    const [item] = itemsIn(tables)
    if (item) await store.jobs.remove(item)
    await put('acme', '2')
    await expect(put('acme', '3')).rejects.toBeInstanceOf(QueueFullError)
  })

  test('finds a job that is there by its id, its idempotency key or its unique key although it is full', async () => {
    const { tables, put } = world(configOf({ queue: 3 }))
    const receipt = (id: string, mark: string) =>
      value(receiptOf({ idempotencyKey: 'k' }, at('acme', id), mark, NOW))
    const lock = (id: string, mark: string) => value(uniqueOf({ key: 'k' }, at('acme', id), mark, NOW)).lock
    await put('acme', 'named', { isNamed: true })
    await put('acme', 'once', { receipt: receipt('once', 'a') })
    await put('acme', 'only', { lock: lock('only', 'a') })
    expect(await put('acme', 'named', { isNamed: true })).toBeUndefined()
    expect(await put('acme', 'again', { receipt: receipt('again', 'b') })).toMatchObject({ pk: 'crm|acme' })
    expect(await put('acme', 'again', { lock: lock('again', 'b') })).toMatchObject({ pk: 'crm|acme' })
    await expect(put('acme', 'other', { isNamed: true })).rejects.toBeInstanceOf(QueueFullError)
    expect(itemsIn(tables)).toHaveLength(3)
    expect(numbersIn(tables)).toEqual(numbersOf(itemsIn(tables)))
  })

  test('takes of many jobs as many as there is room for, and gives back the others with the reason', async () => {
    const { store, tables } = world()
    const payloads = memoryPayloads(() => NOW, new Map())
    const jobs = ['acme', 'globex'].flatMap((customer) =>
      Array.from({ length: 4 }, (_, n) => ({
        ...sizedJob(config, at(customer, `job-${n}`)),
        isNamed: false,
      })),
    )
    const failure = putMany({ store, payloads }, jobs)
    await expect(failure).rejects.toMatchObject({ name: 'EnqueueIncompleteError' })
    const { unwritten, cause } = await failure.catch((error) => error)
    expect([unwritten.length, cause]).toEqual([3, expect.any(QueueFullError)])
    expect(itemsIn(tables)).toHaveLength(5)
  })

  test('gives none back that is there already, and asks no more once it was found full', async () => {
    const { store, tables, put } = world(configOf({ queue: 1 }))
    await put('acme', 'there', { isNamed: true })
    let asked = 0
    const size: Store['history']['size'] = async (pk) => {
      asked++
      return store.history.size(pk)
    }
    const counting = { ...store, history: { ...store.history, size } }
    const many = Array.from({ length: 100 }, (_, n) => `job-${n}`).concat('there')
    const jobs = many.map((id) => ({
      ...sizedJob(configOf({ queue: 1 }), at('acme', id)),
      isNamed: id === 'there',
    }))
    const { unwritten } = await putAllSized(counting, jobs).catch((error) => error)
    expect(unwritten.map(({ sk }: JobItem) => sk.split('#')[2])).toEqual(many.slice(0, -1))
    expect(asked).toBeLessThan(20)
    expect(itemsIn(tables)).toHaveLength(1)
  })

  test('whose limit was lowered takes none until it has fewer jobs than that, however many parts they are in', async () => {
    const { store, tables, put } = world(configOf({ queue: 800 }))
    for (let n = 0; n < 200; n++) await put('acme', `job-${n}`)
    expect(tables.sizes?.get('$size|crm')?.size).toBe(16)
    const lowered = configOf({ queue: 150 })
    const putLowered = (id: string) => putNew(store, sizedJob(lowered, at('acme', id)))
    await expect(putLowered('x')).rejects.toMatchObject({ size: 200, maxQueueSize: 150 })
    for (const item of itemsIn(tables).slice(0, 53)) await store.jobs.remove(item)
    const outcomes = await Promise.allSettled(Array.from({ length: 9 }, (_, n) => putLowered(`new-${n}`)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(sizeOf(await store.history.size('$size|crm'))).toBe(150)
  })
})

/** Whatever somebody does to a job that is there. */
const ENDINGS = [
  (store: Store, item: JobItem) => store.jobs.remove(item),
  (store: Store, item: JobItem) => store.jobs.bury(item, letterOf(item)),
  (store: Store, item: JobItem) =>
    store.jobs.endWaiting(emptyState(item.pk), [{ item, letter: letterOf(item) }]),
  (store: Store, item: JobItem) =>
    store.jobs.replace(item, {
      ...item,
      sk: sortKey({ id: item.sk.slice(27), runAt: NOW + 1000 }),
      attempt: 2,
    }),
  (store: Store, item: JobItem) =>
    store.jobs.moveOut(emptyState(item.pk), item, {
      job: { ...item, pk: asShard(`${item.pk.split('|', 2).join('|')}|1`) },
    }),
  (store: Store, item: JobItem) =>
    store.history.putBack(letterOf(item), { ...item, sk: sortKey({ id: `back-${item.sk.slice(27)}` }) }),
]
const letterOf = (item: JobItem) => deadLetterOf(item, 'exhausted', 'no', NOW)

test('the numbers are those of the jobs that are there after every write, and none is put beyond them, in whichever order calls come and whichever are lost', async () => {
  const fates = fc.infiniteStream(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Fate>('answered') },
      fc.constantFrom<Fate>('sent twice', 'lost before', 'lost after'),
    ),
  )
  const property = fc.asyncProperty(
    fc.scheduler(),
    fates,
    fc.array(fc.constantFrom('acme', 'globex', 'initech'), { minLength: 6, maxLength: 14 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(ENDINGS.length - 1)), { maxLength: 10 }),
    async (scheduler, fate, customers, endings) => {
      let putBack = 0
      const { tables, store } = unsteadyStore(
        () => fate.next().value ?? 'answered',
        () => scheduler.schedule(Promise.resolve(), 'call'),
        (now) => {
          const items = itemsIn(now)
          expect(numbersIn(now)).toEqual(numbersOf(items))
          expect(items.length).toBeLessThanOrEqual(5 + putBack)
        },
      )
      const producers = customers.map((customer, n) =>
        putNew(store, sizedJob(config, at(customer, `job-${n % 9}`), { isNamed: n % 2 === 0 })).catch(
          () => {},
        ),
      )
      const enders = endings.map(async ([place, how]) => {
        await scheduler.schedule(Promise.resolve(), 'ender')
        const items = itemsIn(tables)
        const item = items[place % Math.max(1, items.length)]
        if (how === ENDINGS.length - 1) putBack++
        if (item) await Promise.resolve(ENDINGS[how]?.(store, item as JobItem)).catch(() => {})
      })
      const all = Promise.all([...producers, ...enders])
      await scheduler.waitFor(all)
    },
  )
  await fc.assert(property, { numRuns: 200 })
})
