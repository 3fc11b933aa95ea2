/** The sweep sets the sizes of queues that may be full against the jobs that it counts, and says which counts jobs that are gone. */
import { expect, test } from 'vitest'
import { deleteJob } from '../../../lib/adapters/memory/tables.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { recount } from '../../../lib/use-cases/operate/recount.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { asShard, configOf, jobItem, NOW } from '../../support/builders.ts'
import { itemsIn, sizedJob } from '../../support/sized.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1, maxQueueSize: 300 })

/** So many jobs in shards whose order is that of their numbers. */
async function put(world: World, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n++) {
    const item = jobItem({ pk: asShard(`crm|${String(n).padStart(3, '0')}`), id: `job-${n}`, runAt: NOW - 1 })
    await putNew(world.context.store, sizedJob(CONFIG, item))
  }
}

const lostIn = (world: World) => world.tables.census?.counted?.queues['crm']?.lost
const told = (world: World) => world.heard('size too large').map(({ queue, jobs }) => [queue, jobs])

test('jobs that were deleted by hand are noticed, told of when the next census finds the same, and are over after a recount', async () => {
  const world = new World(CONFIG)
  await put(world, 0, 9)
  await sweep(world.context)
  expect(lostIn(world)).toBeUndefined()
  for (const item of itemsIn(world.tables).slice(0, 4)) deleteJob(world.tables, item)
  await sweep(world.context)
  expect([lostIn(world), told(world)]).toEqual([4, []])
  await sweep(world.context)
  expect(told(world)).toEqual([['crm', 4]])
  expect(world.counted).toContainEqual({ name: 'DamagedShards', value: 1 })
  await recount(world.context, 'crm')
  await sweep(world.context)
  expect([lostIn(world), told(world).length]).toEqual([undefined, 1])
})

test('all jobs of a queue may be gone', async () => {
  const world = new World(CONFIG)
  await put(world, 0, 3)
  world.tables.jobs.clear()
  await sweep(world.context)
  await sweep(world.context)
  expect(told(world)).toEqual([['crm', 3]])
})

test('what is put while several sweeps count is not taken for lost, nor are jobs in flight, and what is gone shows all the same', async () => {
  const world = new World(CONFIG)
  await put(world, 100, 250)
  for (const item of itemsIn(world.tables).slice(-2)) deleteJob(world.tables, item)
  await world.stream()
  for (let n = 0; n < 2; n++) {
    await sweep(world.context, { jobPages: 1 })
    // Before the place at which the sweep goes on.
    await put(world, 10 * n, 7)
    await sweep(world.context, { jobPages: 9 })
    expect(lostIn(world)).toBe(2)
  }
  expect(told(world)).toEqual([['crm', 2]])
})

test('a count that has not seen all says nothing', async () => {
  const world = new World(CONFIG)
  for (let n = 0; n < 130; n++)
    await putNew(world.context.store, sizedJob(CONFIG, jobItem({ id: `job-${n}`, runAt: NOW - 1 })))
  await sweep(world.context)
  await sweep(world.context)
  expect([lostIn(world), told(world)]).toEqual([undefined, []])
})

test('a queue that is never full costs nothing more', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.context.store.history.size = () => Promise.reject(new Error('it was read'))
  await sweep(world.context)
  expect(world.heard('sweep of a part failed')).toEqual([])
})
