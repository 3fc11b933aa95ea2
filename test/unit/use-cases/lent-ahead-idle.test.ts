/** What was lent ahead, and has never arrived, is not kept from a shard that has work. */
import { expect, test } from 'vitest'
import { configOf } from '../../support/builders.ts'
import { deliver, longRunning, setLimits } from '../../support/interleave.ts'
import { jobsIn, lent, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const SHARDS = 125

test('a shard gets what was lent ahead to others that ran once, by a limit of which nobody has told them', async () => {
  const world = new World(configOf({}))
  await setLimits(world, { concurrency: 1 })
  for (let index = 0; index < SHARDS; index++) world.put(...jobsIn(shard(index), 1, `a-${index}`))
  await world.settle()
  await setLimits(world, undefined)
  world.put(...jobsIn(shard(0), 1, 'first'))
  await world.settle()
  const concurrency = lent(world)
  // As a deploy does it, or limits of all partitions of the queue.
  Object.assign(world.context, { config: configOf({ concurrency, shards: SHARDS }) })
  longRunning(world, () => true)
  world.put(...jobsIn(shard(0), concurrency, 'b'))
  await deliver(world)
  expect(concurrency).toBeGreaterThan(8)
  expect(world.running.size).toBe(concurrency)
})
