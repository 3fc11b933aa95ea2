/** Limits of single jobs, as the service sees them: tags in their three modes over two queues, and a job with two pools. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { light, wide } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const JOBS = Array.from({ length: 5 }, (_, n) => `job-${n}`)

it('keeps the limits of tags and of pools that jobs name, over queues and partitions', async () => {
  const enqueue = async (
    customer: string,
    options: Parameters<typeof world.client.enqueueMany<typeof wide>>[1][0],
  ) => {
    const jobsOf = (queue: string) =>
      JOBS.map((name) => ({ ...options, payload: { customer, name: `${queue}-${name}`, takes_ms: 100 } }))
    await world.client.enqueueMany(wide, jobsOf('wide'))
    await world.client.enqueueMany(light, jobsOf('light'))
  }
  const payload = { customer: '', name: '' }
  await Promise.all([
    enqueue('of-key', { payload, tags: { model: 'small' } }),
    enqueue('of-value', { payload, tags: { model: 'gpt-5' } }),
    enqueue('of-ann', { payload, tags: { user: 'ann' } }),
    enqueue('of-bob', { payload, tags: { user: 'b|b+' } }),
    enqueue('of-pools', { payload, pools: { api: 2, gpu: 2 } }),
  ])
  // Whoever knows nothing of lanes puts a job past them.
  const sk = `5#${new Date().toISOString()}#raw`
  const raw = { customer: 'of-ann', name: 'raw', takes_ms: 100 }
  await world.rawPut({ pk: 'wide', sk, task: 'wide', payload: raw, tags: { user: 'ann' } })
  const ended = (customer: string): number => new Set(world.recorder.ended(customer)).size
  const most = { 'of-key': 3, 'of-value': 2, 'of-ann': 1, 'of-bob': 1, 'of-pools': 1 }
  const customers = Object.keys(most)
  const count = (customer: string): number => (customer === 'of-ann' ? 11 : 10)
  await world.recorder.until(() => customers.every((customer) => ended(customer) === count(customer)))
  for (const [customer, units] of Object.entries(most))
    expect([customer, world.recorder.highestConcurrency(customer) <= units]).toEqual([customer, true])
  const seen = await Array.fromAsync(world.client.limiters())
  expect(seen.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'pool|gpu',
      'tag|model',
      'tag|model=gpt-5',
      'each|user=ann',
      'each|user=b%7Cb%2B',
    ]),
  )
})
