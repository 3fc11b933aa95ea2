/** What somebody has guaranteed at run time is kept, also if a deploy raises the total so far that it would lie in chunks. */
import { expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { chunksIn } from '../../../lib/core/limits/chunk.ts'
import { limiterKey, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const TOTAL = totalOf('crm')
const configOf = (total: number) =>
  defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 3, timeout: 60_000, total } },
  })

const put = (world: World, customer: string, count: number) => {
  for (let n = 1; n <= count; n++)
    world.put(jobItem({ pk: `crm|${customer}` as ShardKey, id: `${customer}${n}` }))
}

/** Jobs run until they are told to end. */
function holding(world: World): () => void {
  const ends: (() => void)[] = []
  world.handler = () => new Promise<TaskOutcome>((resolve) => ends.push(() => resolve({ kind: 'succeeded' })))
  return () => {
    for (const end of ends.splice(0)) end()
  }
}

test('until that is taken back', async () => {
  const world = new World(configOf(4))
  const end = holding(world)
  await setLimiter(world.context, TOTAL, { guaranteed: { a: 2 } })
  put(world, 'b', 3)
  await live(world, 2000)
  expect(world.running.size).toBe(2)
  Object.assign(world.context, { config: chunked(configOf(6), 2) })
  for (const customer of ['b', 'c', 'd', 'e']) put(world, customer, 3)
  await live(world, 5000)
  expect(world.running.size).toBe(4)
  put(world, 'a', 2)
  await live(world, 5000)
  expect([...world.running].filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2'])
  await setLimiter(world.context, TOTAL, undefined)
  for (let n = 0; n < 4; n++) {
    end()
    await live(world, 5000)
  }
  expect(world.jobs).toEqual([])
  put(world, 'f', 1)
  await live(world, 5000)
  expect(chunksIn(world.state(limiterKey(TOTAL)))).not.toEqual([])
})
