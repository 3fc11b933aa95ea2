/** No unit goes to and fro between shards that cannot use it, with a wake-up each time. */
import { expect, test } from 'vitest'
import { configOf, jobItem } from '../../support/builders.ts'
import { deliver, longRunning } from '../../support/interleave.ts'
import { jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

/** How often books are written from now on. */
function writesOf(world: World): () => number {
  const { states } = world.context.store
  const { writeBooks } = states
  let writes = 0
  const counted: typeof writeBooks = (...given) => {
    writes++
    return writeBooks(...given)
  }
  Object.assign(states, { writeBooks: counted })
  return () => writes
}

const rateLimit = { allowed: 2, period: 3_600_000 }

test.each([
  ['slots of the partition', configOf({ concurrency: 1, shards: 3, rateLimit })],
  ['units of the total', configOf({ concurrency: 3, shards: 3, rateLimit, total: 1 })],
])('a shard whose own job uses all %s asks for no start, however good its next job is', async (_, config) => {
  const world = new World(config)
  const end = longRunning(world, (id) => id.startsWith('long'))
  world.put(...jobsIn(shard(0), 1, 'long'))
  await deliver(world)
  const writes = writesOf(world)
  world.put(...jobsIn(shard(1), 2), ...jobsIn(PLAIN, 2))
  world.put(jobItem({ pk: shard(0), id: 'urgent', priority: 0 }))
  // A storm would go on for ever: this delivers only so much.
  await deliver(world)
  expect(writes()).toBeLessThan(20)
  expect(world.state(PLAIN).books?.starts.line).not.toHaveProperty('0')
  end()
  await deliver(world)
  expect(world.ran).toEqual(['long-0', 'urgent'])
})
