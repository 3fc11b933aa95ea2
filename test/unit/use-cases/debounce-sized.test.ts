/** Jobs that take each other's place in a queue that may be full: one of them counts, as long as one is there. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { type OneOnly, onlyOne } from '../../../lib/core/job/one-only.ts'
import { QueueFullError } from '../../../lib/core/queue/full.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { ingest } from '../../../lib/use-cases/ingest.ts'
import { asShard, configOf, jobItem, NOW, value } from '../../support/builders.ts'
import { itemsIn, numbersIn, numbersOf, sizedJob } from '../../support/sized.ts'
import { World } from '../../support/world.ts'

const sizedBy = (maxQueueSize: object) => configOf({ concurrency: 1, maxQueueSize })
const CONFIG = sizedBy({ queue: 200, partition: 1 })
const DEBOUNCE: OneOnly = { debounce: { key: 'index', wait: '10s' } }
const OTHER = asShard('crm|other')
let calls = 0

interface Put {
  readonly rest?: Partial<JobItem>
  readonly only?: OneOnly
  readonly config?: typeof CONFIG
}

/** How it was put, by the id that stands there. */
async function put(world: World, id: string, { rest = {}, only = DEBOUNCE, config = CONFIG }: Put = {}) {
  const asked = { ...jobItem({ id, runAt: world.now + 10_000, payload: { id } }), ...rest }
  const { item, ...kept } = value(onlyOne(only, asked, `call ${calls++}`, world.now))
  const there = await putNew(world.context.store, sizedJob(config, item, kept))
  return `${(there ?? item).sk.split('#')[2]}${there ? (there.replaced ? ' replaced' : ' existing') : ''}`
}
const plain = (world: World, id: string, rest: Partial<JobItem> = {}) => put(world, id, { rest, only: {} })
const isFull = (attempt: Promise<unknown>) => expect(attempt).rejects.toBeInstanceOf(QueueFullError)

function expectJobs(world: World, jobs: number, counted = jobs): void {
  const items = itemsIn(world.tables)
  expect(items).toHaveLength(jobs)
  expect(numbersIn(world.tables)).toEqual(numbersOf(items))
  expect(items.filter(({ countedIn }) => countedIn)).toHaveLength(counted)
}

test('a debounced job counts once over a swap, an ending and a late put', async () => {
  const world = new World(CONFIG)
  const ran: unknown[] = []
  world.handler = async ({ payload }) => {
    ran.push(payload)
    expectJobs(world, 1)
    // What comes too late is a job of its own, and there is no room for it beside the one that runs.
    if (ran.length === 1) await isFull(put(world, 'late'))
    return { kind: 'succeeded' }
  }
  expect(await put(world, 'first')).toBe('first')
  const before = numbersIn(world.tables)
  await isFull(plain(world, 'other'))
  // The partition is full: that is no reason to keep the old payload.
  for (const id of ['second', 'third']) expect(await put(world, id)).toBe('first replaced')
  expect(numbersIn(world.tables)).toEqual(before)
  expectJobs(world, 1)
  await world.live(60_000)
  expectJobs(world, 0)
  expect(await put(world, 'late')).toBe('late')
  expectJobs(world, 1)
  await world.live(60_000)
  expect(ran).toEqual([{ id: 'third' }, { id: 'late' }])
  expectJobs(world, 0)
})

test('the place of a job that does not count is taken if there is room, and counts then', async () => {
  const world = new World(CONFIG)
  await put(world, 'uncounted', { config: configOf({}) })
  expectJobs(world, 1, 0)
  await plain(world, 'fills')
  await isFull(put(world, 'first'))
  expectJobs(world, 2, 1)
  await world.live(5000)
  expect(await put(world, 'second', { config: sizedBy({ queue: 200, partition: 2 }) })).toBe(
    'uncounted replaced',
  )
  expectJobs(world, 2)
  await world.live(60_000)
  expectJobs(world, 0)
})

test('by a configuration without the limit the number stays as it is', async () => {
  const world = new World(CONFIG)
  await put(world, 'first')
  expect(await put(world, 'second', { config: configOf({}) })).toBe('first replaced')
  expectJobs(world, 1)
})

test('in another partition there has to be room, and the first one has it again', async () => {
  const world = new World(CONFIG)
  await put(world, 'first')
  await plain(world, 'fills', { pk: OTHER, payload: { customer: 'other' } })
  await isFull(put(world, 'second', { rest: { pk: OTHER } }))
  expectJobs(world, 2)
  const config = sizedBy({ queue: 200, partition: 2 })
  expect(await put(world, 'third', { rest: { pk: OTHER }, config })).toBe('first replaced')
  expectJobs(world, 2)
  await plain(world, 'fits')
  expectJobs(world, 3)
})

test('events that are debounced count once, and are not refused', async () => {
  const world = new World(CONFIG)
  await plain(world, 'fills', { sk: jobItem({ id: 'fills', runAt: NOW + 3_600_000 }).sk })
  const detail = { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, ...DEBOUNCE }
  for (const id of ['one', 'two', 'two'])
    await ingest(
      world.context,
      JSON.stringify({ id, time: new Date(NOW + (id === 'two' ? 1 : 0)).toISOString(), detail }),
      'message',
    )
  expectJobs(world, 2)
})

test('whatever order they are put in, with whichever key and limit: the numbers are those of the jobs that are there', async () => {
  const unique = (options: object): OneOnly => ({ unique: { key: 'index', ...options } })
  const ways = [
    DEBOUNCE,
    unique({}),
    unique({ while: 'waiting' }),
    unique({ onCollision: 'replace' }),
    unique({ while: 'waiting', onCollision: 'replace' }),
    {},
  ]
  const limits = [CONFIG, configOf({}), sizedBy({ queue: 3 }), sizedBy({ queue: 150, partition: 2 })]
  const step = fc.record({
    only: fc.constantFrom(...ways),
    config: fc.constantFrom(...limits),
    isOther: fc.boolean(),
    after_ms: fc.constantFrom(0, 0, 5000, 20_000),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const world = new World(CONFIG)
      for (const [n, { only, config, isOther, after_ms }] of steps.entries()) {
        if (after_ms > 0) await world.live(after_ms)
        await put(world, `job${n}`, { only, config, rest: isOther ? { pk: OTHER } : {} }).catch((error) =>
          expect(error).toBeInstanceOf(QueueFullError),
        )
        expect(numbersIn(world.tables)).toEqual(numbersOf(itemsIn(world.tables)))
      }
      await world.live(120_000)
      expect(numbersIn(world.tables)).toEqual({})
    }),
    { numRuns: 60 },
  )
})
