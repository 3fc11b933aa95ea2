/** A shard that frees a slot looks once more at who waits: one that has come to the line meanwhile looked before the slot was free. */
import { expect, test } from 'vitest'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { ahead, deliver, live, longRunning } from '../../support/interleave.ts'
import { jobsIn, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const CRM = { partition: { payload: 'customer' }, concurrency: 1, shards: 2, total: 5 } as const

test('who has come to the line while a slot was freed gets its unit, and waits for nobody', async () => {
  const world = new World(defineConfig({ queues: { crm: CRM } }))
  const end = longRunning(world, (id) => id === 'first-0')
  world.put(...jobsIn(shard(0), 1, 'first'))
  await deliver(world)
  let isThere = false
  ahead(world, 'pass', async () => {
    world.put(...jobsIn(shard(1), 1, 'second'))
    await deliver(world)
    isThere = world.state(shard(1)).waiting
  })
  end()
  for (let n = 0; n < 10 && !isThere; n++) await deliver(world)
  expect(isThere).toBe(true)
  await live(world, 5000)
  expect(world.ran).toEqual(['first-0', 'second-0'])
})
