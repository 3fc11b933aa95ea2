/** Numbers that are wrong, for somebody has deleted or copied items by hand, are set right, whoever puts and ends jobs meanwhile. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import { deleteJob, emptyTables, putJob, type Tables } from '../../../lib/adapters/memory/tables.ts'
import type { CountedIn } from '../../../lib/core/job/counted-in.ts'
import type { JobItem, RawItem } from '../../../lib/core/job/job.ts'
import type { SortKey } from '../../../lib/core/keys.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import type { Store } from '../../../lib/ports/store.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { recount } from '../../../lib/use-cases/operate/recount.ts'
import { asShard, configOf, jobItem } from '../../support/builders.ts'
import { itemsIn, numbersIn, numbersOf, sizedJob, unsteadyStore } from '../../support/sized.ts'

const CONFIG = configOf({ maxQueueSize: { queue: 300, partition: 60 } })
const at = (customer: string, n: number) => jobItem({ pk: asShard(`crm|${customer}`), id: `job-${n}` })

test('jobs that were deleted by hand count no more', async () => {
  const tables = emptyTables()
  const store = memoryStore(tables)
  for (let n = 0; n < 9; n++) await putNew(store, sizedJob(CONFIG, at(n < 6 ? 'acme' : 'globex', n)))
  for (const item of itemsIn(tables).slice(0, 4)) deleteJob(tables, item)
  expect(await recount({ store }, 'crm', 'acme')).toEqual({
    queue: { before: 9, after: 5 },
    partition: { before: 6, after: 2 },
  })
  expect(numbersIn(tables)).toEqual(numbersOf(itemsIn(tables)))
})

test('jobs that were copied by hand count from then on', async () => {
  const tables = emptyTables()
  const store = memoryStore(tables)
  await putNew(store, sizedJob(CONFIG, at('acme', 1)))
  const [item] = itemsIn(tables)
  if (item) putJob(tables, { ...item, sk: at('acme', 2).sk })
  expect(await recount({ store }, 'crm')).toEqual({ queue: { before: 1, after: 2 } })
})

/** Something happens while the items are read: after the first page. */
function meanwhile(tables: Tables, action: () => Promise<unknown>): Store {
  const store = memoryStore(tables)
  let pages = 0
  const countedItems: Store['jobs']['countedItems'] = async (...call) => {
    if (pages++ === 1) await action()
    return store.jobs.countedItems(...call)
  }
  return { ...store, jobs: { ...store.jobs, countedItems } }
}

async function five() {
  const tables = emptyTables()
  const steady = memoryStore(tables)
  for (let n = 0; n < 4; n++) await putNew(steady, sizedJob(CONFIG, at('acme', n)))
  await putNew(steady, sizedJob(CONFIG, inLane(at('acme', 4))))
  const [first, , , , last] = itemsIn(tables) as JobItem[]
  if (!first || !last) throw new Error('there are five')
  return { tables, steady, first, last }
}

const LANE = 'crm|acme|+pool.gpu'
const sooner = (item: JobItem) => ({ ...item, sk: item.sk.replace('5#', '0#') as SortKey })
const atHome = (item: JobItem) => ({ ...item, pk: asShard('crm|acme') })
const inLane = (item: JobItem) => ({ ...item, pk: asShard(LANE) })

test.each([
  ['in its shard, for it comes sooner', 'last', sooner],
  ['out of a lane', 'last', atHome],
  ['into a lane', 'first', inLane],
] as const)('a job that is moved meanwhile %s is not lost, and counts once', async (_where, which, moved) => {
  const { tables, steady, ...jobs } = await five()
  const last = jobs[which]
  const next = moved(last)
  const move = () => steady.jobs.moveWaiting(emptyState(last.pk), [{ item: last, next }])
  const { queue } = await recount({ store: meanwhile(tables, move) }, 'crm', 'acme')
  expect(queue).toEqual({ before: 5, after: 5 })
  expect(numbersIn(tables)).toEqual(numbersOf(itemsIn(tables)))
})

test('a job that is tried again meanwhile counts once, and changes no number', async () => {
  const { tables, steady, first } = await five()
  const next = {
    ...first,
    sk: at('acme', 9).sk.replace('job-9', 'job-0').replace('5#2030', '5#2031') as SortKey,
  }
  const retry = () => steady.jobs.replace(first, { ...next, attempt: 2 })
  const { queue } = await recount({ store: meanwhile(tables, retry) }, 'crm', 'acme')
  expect(queue).toEqual({ before: 5, after: 5 })
  expect(numbersIn(tables)).toEqual(numbersOf(itemsIn(tables)))
})

test('while others put and end jobs no number becomes less than what is there, and afterwards another recount is exact', async () => {
  const property = fc.asyncProperty(fc.scheduler(), fc.nat(4), fc.nat(8), async (scheduler, lost, busy) => {
    const { tables, store } = unsteadyStore(
      () => 'answered',
      () => scheduler.schedule(Promise.resolve(), 'call'),
      (now) => {
        const numbers = numbersIn(now)
        for (const [part, jobs] of Object.entries(numbersOf(itemsIn(now))))
          expect(numbers[part]).toBeGreaterThanOrEqual(jobs)
      },
    )
    const steady = memoryStore(tables)
    for (let n = 0; n < 8; n++) await putNew(steady, sizedJob(CONFIG, at('acme', n)))
    const there = itemsIn(tables)
    for (const item of there.slice(0, lost)) deleteJob(tables, item)
    const others = Array.from({ length: busy }, async (_, n) => {
      const item = there[4 + (n % 4)]
      if (n % 2 === 0 && item) await store.jobs.remove(item)
      else await putNew(store, sizedJob(CONFIG, at('globex', 10 + n)))
    })
    await scheduler.waitFor(Promise.all([recount({ store }, 'crm', 'acme'), ...others]))
    await recount({ store: steady }, 'crm', 'acme')
    const [numbers, right] = [numbersIn(tables), numbersOf(itemsIn(tables))]
    expect(numbers).toEqual(right)
  })
  await fc.assert(property, { numRuns: 100 })
})

test('a job that comes back while others are counted is one job', async () => {
  const { store, recounting } = await whileCounted(9)
  const { item: first } = sizedJob(CONFIG, at('acme', 0))
  const next = jobItem({ pk: first.pk, id: 'job-0', runAt: Date.UTC(2031, 0, 31) })
  const found = await store.jobs.get(first)
  if (!found) throw new Error('there is none')
  const { queue } = await recounting(() => store.jobs.replace(found, { ...next, countedIn: partsIn(found) }))
  expect(queue).toEqual({ before: 9, after: 9 })
})

test('a job that is moved out of its lane while others are counted is not lost', async () => {
  const { store, recounting } = await whileCounted(8, at('acme|+tag.m', -1))
  const found = await store.jobs.get(at('acme|+tag.m', -1))
  if (!found) throw new Error('there is none')
  const next = { ...at('acme', -1), countedIn: partsIn(found) }
  const state = { shard: asShard(found.pk) }
  const { queue } = await recounting(() => store.jobs.moveWaiting(state, [{ item: found, next }]))
  expect(queue).toEqual({ before: 9, after: 9 })
})

const partsIn = ({ countedIn }: RawItem): CountedIn => countedIn as CountedIn

/** A queue of so many jobs, and a recount in the course of which something happens between two pages. */
async function whileCounted(jobs: number, ...others: readonly JobItem[]) {
  const store = memoryStore()
  const items = [...Array.from({ length: jobs }, (_, n) => at('acme', n)), ...others]
  for (const item of items) await putNew(store, sizedJob(CONFIG, item))
  const recounting = async (meanwhile: () => Promise<unknown>) => {
    let pages = 0
    const countedItems: typeof store.jobs.countedItems = async (...query) => {
      if (pages++ === 1) await meanwhile()
      return store.jobs.countedItems(...query)
    }
    return recount({ store: { ...store, jobs: { ...store.jobs, countedItems } } }, 'crm')
  }
  return { store, recounting }
}
