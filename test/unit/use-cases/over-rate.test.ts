/** A shard on whose record stand more starts than its rate allows, for one that was late is there twice. */
import { expect, test } from 'vitest'
import { configOf, jobItem, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

test('looks again when they are forgotten, although they are forgotten while it decides', async () => {
  const rateLimit = { allowed: 1, period: '10s', margin: 0 } as const
  const world = new World(configOf({ concurrency: 10, shards: 1, rateLimit }))
  world.put(jobItem({ id: 'first' }))
  await world.settle()
  const { states, jobs } = world.context.store
  const [bucket = ''] = Object.keys(world.state(SHARD).window)
  const later = String(Number(bucket) + 500)
  for (const _ of ['its start', 'once more']) await states.remember(SHARD, later)
  world.put(jobItem({ id: 'second' }))
  await world.settle()
  // When the first start is forgotten, it is woken; the others are forgotten while it reads its jobs.
  const { range } = jobs
  const slowly: typeof range = async (query) => {
    if (world.now >= Number(bucket) + 10_000 && world.now < Number(later) + 10_000)
      world.now = Number(later) + 10_100
    return range(query)
  }
  Object.assign(jobs, { range: slowly })
  await world.live(60_000)
  expect(world.ran).toEqual(['first', 'second'])
})
