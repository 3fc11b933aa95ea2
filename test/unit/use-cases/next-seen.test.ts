/** Whoever is read while a pass is written gets nothing that it could not use, though it is not looked at again. */
import { expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { booksOf } from '../../../lib/core/limits/books.ts'
import { limiterKey, poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import { readCapacities } from '../../../lib/use-cases/lending/capacities.ts'
import { withNextSeen } from '../../../lib/use-cases/lending/next-seen.ts'
import { asShard, jobItem } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { deliver, longRunning } from '../../support/interleave.ts'
import { damage } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const BY_CUSTOMER = { partition: { payload: 'customer' }, concurrency: 1, timeout: 60_000 } as const
const job = (pk: string, id: string): JobItem => jobItem({ pk: pk as ShardKey, id })

/** Each with a job: the first runs it, and the others wait in this order. */
async function waiting(world: World, ...shards: readonly string[]): Promise<() => void> {
  const end = longRunning(world, () => true)
  for (const [n, shard] of shards.entries()) {
    world.put(job(shard, `job${n}`))
    await deliver(world)
  }
  expect([...world.running]).toEqual(['job0'])
  return end
}

const whoFollows = async (world: World, end: () => void): Promise<readonly string[]> => {
  end()
  await deliver(world)
  return [...world.running]
}

test('one whose item is damaged loses its place, and the next one gets the unit', async () => {
  const world = new World(defineConfig({ queues: { crm: { ...BY_CUSTOMER, total: 1 } } }))
  const end = await waiting(world, 'crm|a', 'crm|b', 'crm|c')
  damage(world, asShard('crm|b'))
  expect(await whoFollows(world, end)).toEqual(['job2'])
})

test('one whose queue is no more loses its place, and is lent nothing', async () => {
  const queue: QueueInput = { ...BY_CUSTOMER, pools: { api: 1 } }
  const pools = { api: { concurrency: 1 } }
  const world = new World(defineConfig({ pools, queues: { crm: queue, mail: queue } }))
  const end = await waiting(world, 'crm|a', 'mail|b')
  Object.assign(world.context, { config: defineConfig({ pools, queues: { crm: queue } }) })
  expect(await whoFollows(world, end)).toEqual([])
  const { loans, line } = booksOf(world.state(limiterKey(poolNamed('api')))).slots
  expect([Object.keys(loans), Object.keys(line)]).toEqual([[], []])
})

test('of a limiter that is divided it is looked at when it is served: it may borrow of another part by now', async () => {
  const config = defineConfig({ queues: { crm: { ...BY_CUSTOMER, total: 1 } } })
  const seen = async (world: World) => {
    await waiting(world, 'crm|a', 'crm|b')
    const accounts = (await readCapacities(world.context, world.state(asShard('crm|a')))) ?? []
    if (accounts === 'stale') throw new Error('stale')
    const result = { lack: { slots: false, starts: false }, hasClaimed: false }
    const free = accounts.map((capacity) => ({
      capacity: { ...capacity, limits: { concurrency: 2 } },
      result,
    }))
    return (await withNextSeen(world.context, free)).map(({ result: { next } }) => [
      ...(next ?? new Map()).keys(),
    ])
  }
  expect(await seen(new World(config))).toEqual([[], ['crm|b']])
  expect(await seen(new World(chunked(config, 1)))).toEqual([[], []])
})
