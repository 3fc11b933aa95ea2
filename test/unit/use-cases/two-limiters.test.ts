/** A shard that needs a pool and a total: what it takes of the one while the other lets nothing through. */
import { expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { Priority, ShardKey } from '../../../lib/core/keys.ts'
import { lentOut } from '../../../lib/core/limits/limiter.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const QUEUE = {
  partition: { payload: 'customer' },
  concurrency: 3,
  timeout: 60_000,
  pools: { api: 1 },
} as const
const worldOf = (pool: number) =>
  new World(
    defineConfig({
      pools: { api: { concurrency: pool } },
      queues: { crm: { ...QUEUE, total: 1 }, mail: QUEUE },
    }),
  )
const job = (pk: string, id: string, priority: Priority = 5): JobItem =>
  jobItem({ pk: pk as ShardKey, id, priority })
const poolOf = (world: World) => world.state(limiterKey(poolNamed('api'))).books?.slots

/** How often the pool's books are written from now on. */
function writesOfPool(world: World): () => number {
  const { states } = world.context.store
  const { writeBooks } = states
  let writes = 0
  const counted: typeof writeBooks = (owner, write) => {
    if (owner.shard === limiterKey(poolNamed('api'))) writes++
    if (writes > 500) throw new Error('it never ends')
    return writeBooks(owner, write)
  }
  Object.assign(states, { writeBooks: counted })
  return () => writes
}

test('a shard that has all of the total itself takes no more of the pool, and stands in no line for it', async () => {
  const world = worldOf(2)
  longRunning(world, () => true)
  const writes = writesOfPool(world)
  world.put(job('crm|a', 'a1', 3), job('crm|a', 'a2', 3))
  await deliver(world)
  world.put(job('crm|c', 'c1'))
  await live(world, 5000)
  expect([...world.running]).toEqual(['a1'])
  expect(poolOf(world)?.line).toEqual({})
  expect(writes()).toBeLessThan(8)
})

test('a total that is paused keeps nothing of the pool from other queues', async () => {
  const world = worldOf(1)
  longRunning(world, () => true)
  await setLimiter(world.context, totalOf('crm'), { concurrency: 0 })
  world.put(job('crm|a', 'a1', 3))
  await live(world, 5000)
  world.put(job('mail|b', 'b1'))
  await live(world, 5000)
  expect([...world.running]).toEqual(['b1'])
  expect(lentOut(poolOf(world) ?? { loans: {}, line: {} })).toBe(1)
})
