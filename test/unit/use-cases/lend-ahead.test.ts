/** A partition without a limit lends to shards that have not asked yet, and none has what a limit does not allow. */
import { expect, test } from 'vitest'
import { SLOTS_OF_A_SMALL_ITEM } from '../../../lib/core/limits/in-force.ts'
import { configOf } from '../../support/builders.ts'
import { setLimits } from '../../support/interleave.ts'
import { jobsIn, lent, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const SHARDS = 125

/** How often the books are written. */
function counted(world: World): () => number {
  const { states } = world.context.store
  const { writeBooks } = states
  let writes = 0
  Object.assign(states, {
    writeBooks: (...given: Parameters<typeof writeBooks>) => {
      writes++
      return writeBooks(...given)
    },
  })
  return () => writes
}

const everywhere = (world: World, name: string): void => {
  for (let index = 0; index < SHARDS; index++) world.put(...jobsIn(shard(index), 2, `${name}-${index}`))
}

test('all shards of a partition have their units after five writes of its books', async () => {
  const world = new World(configOf({}))
  const writes = counted(world)
  for (let index = 0; index < SHARDS; index++) {
    world.put(...jobsIn(shard(index), 2))
    await world.settle()
  }
  expect(world.ran).toHaveLength(2 * SHARDS)
  expect(writes()).toBe(5)
  expect(lent(world)).toBe(SHARDS * SLOTS_OF_A_SMALL_ITEM)
})

test('simultaneous ones are seldom in each other’s way', async () => {
  const world = new World(configOf({}))
  const writes = counted(world)
  everywhere(world, 'a')
  await world.settle()
  expect(world.ran).toHaveLength(2 * SHARDS)
  expect(writes()).toBeLessThan(SHARDS)
})

test('one that was lent units before it has asked uses them without a write of the books', async () => {
  const world = new World(configOf({}))
  for (const index of [3, 7]) {
    world.put(...jobsIn(shard(index), 1, `first-${index}`))
    await world.settle()
  }
  const writes = counted(world)
  world.put(...jobsIn(shard(9), 20))
  await world.stream()
  expect(Object.keys(world.state(shard(9)).slots)).toHaveLength(SLOTS_OF_A_SMALL_ITEM)
  expect(writes()).toBe(0)
})

test('with a limit that is set afterwards no more run than it allows, and all do in the end', async () => {
  const world = new World(configOf({}))
  everywhere(world, 'a')
  await world.settle()
  await setLimits(world, { concurrency: 3 })
  everywhere(world, 'b')
  await world.settle()
  expect(world.ran).toHaveLength(4 * SHARDS)
  expect(lent(world)).toBeLessThanOrEqual(3)
})

test('with a limit that a deploy brings no more run than it allows, and all do in the end', async () => {
  const world = new World(configOf({}))
  for (const index of [3, 7, 60]) {
    world.put(...jobsIn(shard(index), 1, `first-${index}`))
    await world.settle()
  }
  Object.assign(world.context, { config: configOf({ concurrency: 2, shards: SHARDS }) })
  everywhere(world, 'b')
  await world.settle()
  expect(world.ran).toHaveLength(3 + 2 * SHARDS)
  expect([world.mostAtOnce, world.state(PLAIN).books?.starts.loans]).toEqual([2, {}])
})
