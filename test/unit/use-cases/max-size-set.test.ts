/** The maximum of a queue that may be full, set at run time while jobs are put and end. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import { emptyTables, type Tables } from '../../../lib/adapters/memory/tables.ts'
import { DamagedStateError, SluiceError } from '../../../lib/core/errors.ts'
import type { MaxSet } from '../../../lib/core/limits/max-size.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { HistoryStore, Store } from '../../../lib/ports/store.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { setMaxSize } from '../../../lib/use-cases/operate/set-max-size.ts'
import { asShard, jobItem } from '../../support/builders.ts'
import { type Fate, itemsIn, sizedJob, unsteadyStore } from '../../support/sized.ts'

const QUEUE = '$size|crm'
const clock = { now: () => 0, sleep: async () => {} }
const configOf = (maxQueueSize: { queue?: number; partition?: number }) =>
  defineConfig({ queues: { crm: { partition: { payload: 'customer' }, maxQueueSize } } })

function world(maxQueueSize: { queue?: number; partition?: number }) {
  const config = configOf(maxQueueSize)
  const tables = emptyTables()
  const store = memoryStore(tables)
  let marks = 0
  const put = (id: string, customer = 'acme', through: Store = store) =>
    putNew(through, sizedJob(config, jobItem({ pk: asShard(`crm|${customer}`), id })))
  const set = (max: number | undefined, pk = QUEUE, note = {}) =>
    setMaxSize({ store, clock }, pk, {
      mark: `m${marks++}`,
      ...(max === undefined ? {} : { max }),
      ...note,
    })
  return { tables, store, put, set }
}

const withHistory = (store: Store, change: Partial<HistoryStore>): Store => ({
  ...store,
  history: { ...store.history, ...change },
})

describe('a maximum that is set', () => {
  test('holds in place of the configured one, higher or lower, until somebody goes back to that', async () => {
    const { put, set } = world({ queue: 2 })
    for (const id of ['1', '2']) await put(id)
    await set(25)
    for (let n = 3; n <= 25; n++) await put(`${n}`)
    await expect(put('x')).rejects.toMatchObject({ size: 25, maxQueueSize: 25 })
    await set(3, QUEUE, { by: 'ann', reason: 'they run wild' })
    await expect(put('x')).rejects.toThrow(
      'queue "crm" is full, 25 of 3 jobs are there, as ann has set it (they run wild): enqueue it again when some have ended, drop it, or raise what is set by setMaxQueueSize',
    )
    await set(undefined, QUEUE, { by: 'ann' })
    await expect(put('x')).rejects.toThrow(/25 of 2 jobs are there: .* or raise queues\.crm\.maxQueueSize/)
  })

  test('of 0 refuses every job, and of one partition none of another', async () => {
    const { put, set } = world({ queue: 50, partition: 20 })
    await set(0, `${QUEUE}|acme`)
    await expect(put('1')).rejects.toMatchObject({ partition: 'acme', size: 0, maxQueueSize: 0 })
    await put('1', 'globex')
    await set(0)
    await expect(put('2', 'globex')).rejects.toMatchObject({ partition: undefined, size: 1 })
  })

  test('refuses whoever has found room before it was set, however long ago', async () => {
    const { tables, store, put, set } = world({ queue: 10 })
    await put('1')
    const size: HistoryStore['size'] = async (pk) => {
      const read = await store.history.size(pk)
      if (read.get(0)?.set === undefined) await set(1)
      return read
    }
    await expect(put('2', 'acme', withHistory(store, { size }))).rejects.toMatchObject({ maxQueueSize: 1 })
    expect(itemsIn(tables)).toHaveLength(1)
  })

  test('refuses him also if the same maximum has been set anew meanwhile, for others had room in between', async () => {
    const { tables, store, put, set } = world({ queue: 10 })
    await set(20)
    const once = [
      async () => {
        await set(200)
        for (let n = 0; n < 30; n++) await put(`other-${n}`)
        await set(20)
      },
    ]
    const size: HistoryStore['size'] = async (pk) => {
      const read = await store.history.size(pk)
      await once.pop()?.()
      return read
    }
    await expect(put('x', 'acme', withHistory(store, { size }))).rejects.toMatchObject({ size: 30 })
    expect(itemsIn(tables)).toHaveLength(30)
  })

  test('is read again by whoever meets it half written', async () => {
    const { store, put, set } = world({ queue: 10 })
    await set(5)
    let reads = 0
    const size: HistoryStore['size'] = async (pk) => {
      const read = new Map(await store.history.size(pk))
      if (reads++ < 3) read.set(7, { jobs: 0, puts: 0, set: { mark: 'older' } })
      return read
    }
    await put('1', 'acme', withHistory(store, { size }))
    expect(reads).toBe(4)
  })

  test('is blamed only by whoever meets it half written to the end', async () => {
    const { store, set } = world({ queue: 10 })
    await set(5)
    let reads = 0
    const size: HistoryStore['size'] = async (pk) => {
      const read = new Map(await store.history.size(pk))
      if (reads++ === 0) read.set(7, { jobs: 0, puts: 0, set: { mark: 'older' } })
      return read
    }
    const busy: Store = { ...store, jobs: { ...store.jobs, putCounted: async () => 'full' } }
    const item = sizedJob(configOf({ queue: 10 }), jobItem({ pk: asShard('crm|acme'), id: 'x' }))
    await expect(putNew(withHistory(busy, { size }), item)).rejects.toMatchObject({
      name: 'EnqueueIncompleteError',
    })
  })

  test.each([
    ['one part of it', (set: MaxSet, part: number) => (part === 3 ? undefined : set), 'do not say the same'],
    ['what it says', (set: MaxSet) => ({ ...set, problem: 'max: is a whole number' }), 'is a whole number'],
  ])('that was damaged in %s says so, until it is set again', async (_, damage, message) => {
    const { tables, put, set } = world({ queue: 10 })
    await set(5)
    for (const [part, { set: was, ...one }] of tables.sizes?.get(QUEUE) ?? []) {
      const damaged = was && damage(was, part)
      tables.sizes?.get(QUEUE)?.set(part, { ...one, ...(damaged ? { set: damaged } : {}) })
    }
    const refused = put('1')
    await expect(refused).rejects.toBeInstanceOf(DamagedStateError)
    await expect(refused).rejects.toThrow(new RegExp(`\\$size\\|crm .* setMaxQueueSize \\(.*${message}`))
    await set(5)
    await put('1')
  })

  test('is set as soon as there is a gap between those who write the number, or says that there was none', async () => {
    const { store, put } = world({ queue: 10 })
    const busyFor = (times: number) => {
      let calls = 0
      const waited: number[] = []
      const setMax: HistoryStore['setMaxSize'] = async (pk, set) =>
        calls++ < times ? 'busy' : store.history.setMaxSize(pk, set)
      const patient = { ...clock, sleep: async (ms: number) => void waited.push(ms) }
      const context = { store: withHistory(store, { setMaxSize: setMax }), clock: patient }
      return { waited, done: setMaxSize(context, QUEUE, { mark: 'm', max: 0 }) }
    }
    const never = busyFor(99)
    await expect(never.done).rejects.toBeInstanceOf(SluiceError)
    await expect(never.done).rejects.toThrow(/was not set.*try again later/)
    await put('1')
    const late = busyFor(3)
    await late.done
    expect(late.waited).toEqual(late.waited.toSorted((a, b) => a - b))
    expect(late.waited).toHaveLength(3)
    await expect(put('2')).rejects.toMatchObject({ size: 1, maxQueueSize: 0 })
  })
})

/** The maximum in force now. */
const maxIn = ({ sizes }: Tables, configured: number): number =>
  sizes?.get(QUEUE)?.get(0)?.set?.max ?? configured

test('no job is put beyond the maximum in force, in whichever order calls come and whichever are lost', async () => {
  const fates = fc.infiniteStream(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Fate>('answered') },
      fc.constantFrom<Fate>('sent twice', 'lost before', 'lost after'),
    ),
  )
  const maxima = fc.array(fc.constantFrom(undefined, 0, 1, 2, 4, 12, 30), { minLength: 1, maxLength: 5 })
  const config = configOf({ queue: 5 })
  const property = fc.asyncProperty(
    fc.scheduler(),
    fates,
    fc.integer({ min: 4, max: 14 }),
    maxima,
    async (scheduler, fate, jobs, sets) => {
      let before = 0
      const { tables, store } = unsteadyStore(
        () => fate.next().value ?? 'answered',
        () => scheduler.schedule(Promise.resolve(), 'call'),
        (now) => {
          const count = itemsIn(now).length
          if (count > before) expect(count).toBeLessThanOrEqual(maxIn(now, 5))
          before = count
        },
      )
      const producers = Array.from({ length: jobs }, (_, n) =>
        putNew(store, sizedJob(config, jobItem({ pk: asShard('crm|acme'), id: `job-${n}` }))).catch(() => {}),
      )
      const setters = sets.map(async (max, n) => {
        await scheduler.schedule(Promise.resolve(), 'setter')
        const set = { mark: `m${n}`, ...(max === undefined ? {} : { max }) }
        await setMaxSize({ store, clock }, QUEUE, set).catch(() => {})
      })
      const enders = Array.from({ length: 3 }, async () => {
        await scheduler.schedule(Promise.resolve(), 'ender')
        const [item] = itemsIn(tables)
        if (item) await store.jobs.remove(item).catch(() => {})
      })
      await scheduler.waitFor(Promise.all([...producers, ...setters, ...enders]))
    },
  )
  await fc.assert(property, { numRuns: 200 })
})
