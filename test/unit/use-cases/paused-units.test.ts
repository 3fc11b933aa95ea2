/** What is lent stays where it is while a limit is 0: nothing could start with it, and who does not know of the pause lends it again. */
import { expect, test } from 'vitest'
import { configOf } from '../../support/builders.ts'
import { deliver } from '../../support/interleave.ts'
import { jobsIn, lent, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

test('a pass that knows of a pause leaves to the other shards what they have', async () => {
  const world = new World(configOf({ concurrency: 8, shards: 3 }))
  world.put(...jobsIn(shard(0), 2), ...jobsIn(shard(1), 2))
  await deliver(world)
  await world.live(60_000)
  const before = lent(world)
  expect(before).toBeGreaterThan(0)
  Object.assign(world.context, { config: configOf({ concurrency: 0, shards: 3 }) })
  world.put(...jobsIn(shard(2), 1))
  await deliver(world)
  expect(lent(world)).toBe(before)
  Object.assign(world.context, { config: configOf({ concurrency: 1, shards: 3 }) })
  world.put(...jobsIn(shard(2), 1, 'after'))
  await world.live(60_000)
  expect(lent(world)).toBeLessThanOrEqual(1)
  expect(world.jobs).toEqual([])
})
