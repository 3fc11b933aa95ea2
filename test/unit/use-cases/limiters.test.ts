/** Totals and pools, on the memory store: each job needs its partition and all limiters of its queue, or does not start. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { ahead, deliver, live, longRunning } from '../../support/interleave.ts'
import { override } from '../../support/override.ts'
import { World } from '../../support/world.ts'

const API = poolNamed('api')
const PARTITIONED = { partition: { payload: 'customer' }, concurrency: 2, timeout: 10_000 } as const
const worldOf = (input: ConfigInput) => new World(defineConfig(input))
const job = (pk: string, id: string) => jobItem({ pk: pk as ShardKey, id, task: 'sync' })
const inFlight = (world: World, prefix = '') =>
  [...world.tables.states.values()]
    .filter(({ shard }) => shard.startsWith(prefix))
    .reduce((sum, { slots }) => sum + Object.keys(slots).length, 0)
const books = (world: World, name = API) => world.state(limiterKey(name)).books?.slots
/** Handlers that run until they are told to end. */
function holding(world: World): () => void {
  const ends: (() => void)[] = []
  world.handler = () => new Promise<TaskOutcome>((resolve) => ends.push(() => resolve({ kind: 'succeeded' })))
  return () => {
    for (const end of ends.splice(0)) end()
  }
}

describe('a total', () => {
  test('covers all partitions of its queue, and each still has its own limit', async () => {
    const world = worldOf({ queues: { crm: { ...PARTITIONED, total: 3 } } })
    holding(world)
    for (const customer of ['a', 'b', 'c'])
      for (const n of [1, 2, 3]) world.put(job(`crm|${customer}`, `${customer}${n}`))
    await deliver(world)
    expect(inFlight(world)).toBe(3)
    expect(inFlight(world, 'crm|a')).toBeLessThanOrEqual(2)
    expect(books(world, totalOf('crm'))?.loans).not.toEqual({})
  })

  test('is used by all in their turn, and all that was lent comes back', async () => {
    const world = worldOf({ queues: { crm: { ...PARTITIONED, total: 1 } } })
    for (const customer of ['a', 'b', 'c'])
      for (const n of [1, 2]) world.put(job(`crm|${customer}`, `${customer}${n}`))
    await live(world, 60_000)
    expect(world.ran).toHaveLength(6)
    expect(world.mostAtOnce).toBe(1)
    expect(new Set(world.ran.slice(0, 3).map((id) => id[0])).size).toBe(3)
    expect(books(world, totalOf('crm'))).toEqual({ loans: {}, line: {} })
  })

  test('of 0 pauses, and starts nothing', async () => {
    const world = worldOf({ queues: { crm: { ...PARTITIONED, total: 0 } } })
    world.put(job('crm|a', 'a1'))
    await deliver(world)
    expect(inFlight(world)).toBe(0)
    expect(world.state('crm|a' as ShardKey).waiting).toBe(true)
  })
})

describe('a pool', () => {
  const SHARED = {
    pools: { api: { concurrency: 4 } },
    queues: { crm: { ...PARTITIONED, pools: { api: 3 } }, mail: { ...PARTITIONED, pools: { api: 1 } } },
  } as const

  test('is shared by queues, by the weight of their jobs', async () => {
    const world = worldOf(SHARED)
    holding(world)
    world.put(job('crm|a', 'a1'), job('crm|b', 'b1'), job('mail|a', 'm1'), job('mail|b', 'm2'))
    await deliver(world)
    const used = 3 * inFlight(world, 'crm') + inFlight(world, 'mail')
    expect(used).toBeLessThanOrEqual(4)
    expect(used).toBeGreaterThanOrEqual(3)
  })

  test('gives a heavy job its turn, although light ones come all the time', async () => {
    const world = worldOf(SHARED)
    let end = holding(world)
    for (let n = 0; n < 12; n++) world.put(job(`mail|${n % 3}`, `m${n}`))
    await deliver(world)
    world.put(job('crm|a', 'heavy'))
    for (let round = 0; round < 8; round++) {
      world.put(job(`mail|${round % 3}`, `more${round}`))
      end()
      end = holding(world)
      await live(world, 3000)
    }
    expect(world.ran).toContain('heavy')
    expect(world.ran.indexOf('heavy')).toBeLessThan(12)
  })

  test('is not used by a job that its partition holds back', async () => {
    const world = worldOf({
      ...SHARED,
      queues: { crm: { ...PARTITIONED, concurrency: 1, pools: { api: 1 } } },
    })
    holding(world)
    world.put(job('crm|a', 'a1'), job('crm|a', 'a2'), job('crm|a', 'a3'))
    await deliver(world)
    expect(inFlight(world)).toBe(1)
    expect(books(world)?.loans['crm|a']).toMatchObject({ lent: 1, returned: 0 })
    expect(books(world)?.line).toEqual({})
  })
})

describe('a shard that is served', () => {
  test('uses what it got, although it has jobs in flight that wait for nothing', async () => {
    const world = worldOf({ queues: { crm: { ...PARTITIONED, concurrency: 4, total: 4 } } })
    const long = longRunning(world, (id) => id.startsWith('b') || id === 'a1' || id === 'a2')
    for (const n of [1, 2, 3]) world.put(job('crm|a', `a${n}`))
    await deliver(world)
    for (const n of [1, 2, 3]) world.put(job('crm|b', `b${n}`))
    await live(world, 10_000)
    expect(inFlight(world)).toBe(4)
    long()
    await live(world, 60_000)
    expect(world.ran).toHaveLength(6)
  })

  test('and one whose job weighs more than there is keeps nobody else waiting', async () => {
    const world = worldOf({
      pools: { api: { concurrency: 5 } },
      queues: { crm: { ...PARTITIONED, pools: { api: 3 } }, mail: { ...PARTITIONED, pools: { api: 1 } } },
    })
    await setLimiter(world.context, API, { concurrency: 2 })
    world.put(job('crm|a', 'heavy'))
    await deliver(world)
    world.put(job('mail|a', 'light'))
    await live(world, 10_000)
    expect(world.ran).toEqual(['light'])
  })
})

describe('a shard that comes to stand in the line', () => {
  test('is served by the one that gives back meanwhile, whichever of them writes first', async () => {
    const world = worldOf({ queues: { crm: { ...PARTITIONED, total: 1 } } })
    const end = holding(world)
    world.put(job('crm|a', 'a1'))
    await deliver(world)
    // Between the pass that frees the slot, and the word of it in the limiter's item.
    ahead(world, 'pass', async () =>
      ahead(world, 'writeBooks', async () => {
        world.put(job('crm|b', 'b1'))
        await world.stream()
      }),
    )
    end()
    await live(world, 5000)
    expect(world.ran).toContain('b1')
  })
})

describe('a limiter that is set at run time', () => {
  test('lets no pass claim that has read the old limit, and keeps the limits of partitions', async () => {
    const world = worldOf({ queues: { crm: { ...PARTITIONED, total: 2 } } })
    holding(world)
    await override(world.context.store, 'crm|a' as ShardKey, { concurrency: 1 })
    world.put(job('crm|a', 'a1'))
    await deliver(world)
    ahead(world, 'pass', () => setLimiter(world.context, totalOf('crm'), { concurrency: 0 }))
    world.put(job('crm|b', 'b1'))
    await deliver(world)
    expect(inFlight(world)).toBe(1)
    expect(world.state('crm|a' as ShardKey).override).toEqual({ concurrency: 1 })
  })

  test('wakes those that wait, if it is raised', async () => {
    const world = worldOf({ queues: { crm: { ...PARTITIONED, total: 0 } } })
    holding(world)
    world.put(job('crm|a', 'a1'), job('crm|b', 'b1'))
    await deliver(world)
    await setLimiter(world.context, totalOf('crm'), { concurrency: 5 })
    await deliver(world)
    expect(inFlight(world)).toBe(2)
  })
})
