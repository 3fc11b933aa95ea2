/** Rates that queues share, on the memory store: a job starts only if each of them has granted it a start. */
import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const API = poolNamed('api')
const PARTITIONED = { partition: { payload: 'customer' }, timeout: 10_000 } as const
const rate = (allowed: number, period: number) => ({ rateLimit: { allowed, period, margin: 0 } })
const worldOf = (input: ConfigInput) => new World(defineConfig(input))
const job = (pk: string, id: string) => jobItem({ pk: pk as ShardKey, id, task: 'sync' })

/** The most starts in any window, each as many as its queue costs. */
function mostIn(world: World, period_ms: number, costOf = (_id: string) => 1): number {
  const { attempts } = world
  return Math.max(
    0,
    ...attempts.map(({ at }) =>
      attempts
        .filter((other) => other.at > at - period_ms && other.at <= at)
        .reduce((sum, { id }) => sum + costOf(id), 0),
    ),
  )
}

describe('a rate of a pool', () => {
  const SHARED = {
    pools: { api: rate(3, 10_000) },
    queues: {
      crm: { ...PARTITIONED, pools: { api: 1 } },
      mail: { ...PARTITIONED, pools: { api: { cost: 2 } } },
    },
  } as const

  test('is one for all queues and partitions, and all have their turn', async () => {
    const world = worldOf(SHARED)
    for (const customer of ['a', 'b', 'c', 'd'])
      for (const n of [1, 2]) world.put(job(`crm|${customer}`, `${customer}${n}`))
    await live(world, 120_000)
    expect(world.attempts).toHaveLength(8)
    expect(mostIn(world, 10_000)).toBe(3)
    expect(new Set(world.ran.slice(0, 6).map((id) => id[0])).size).toBe(4)
  })

  test('counts a job as what it costs', async () => {
    const world = worldOf(SHARED)
    for (const n of [1, 2, 3]) world.put(job(`mail|${n}`, `m${n}`), job(`crm|${n}`, `c${n}`))
    await live(world, 120_000)
    expect(world.attempts).toHaveLength(6)
    expect(mostIn(world, 10_000, (id) => (id.startsWith('m') ? 2 : 1))).toBe(3)
  })

  test('is used up to what it allows', async () => {
    const world = worldOf(SHARED)
    for (let n = 0; n < 30; n++) world.put(job(`crm|${n % 10}`, `c${n}`))
    await live(world, 100_000)
    expect(world.attempts.length).toBeGreaterThanOrEqual(27)
    expect(mostIn(world, 10_000)).toBe(3)
  })

  test('forgets a start when its time has come, not when its message might have come', async () => {
    const world = worldOf(SHARED)
    world.put(job('crm|a', 'a1'))
    await deliver(world)
    const [[end = '0'] = []] = Object.entries(world.state(limiterKey(API)).window)
    expect(Number(end) - (world.attempts[0]?.at ?? 0)).toBeLessThan(100)
  })
})

describe('a total with a rate', () => {
  test('holds beside its number of jobs, and the rate of a partition', async () => {
    const world = worldOf({
      queues: { crm: { ...PARTITIONED, ...rate(1, 5000), total: { concurrency: 2, ...rate(2, 4000) } } },
    })
    for (const customer of ['a', 'b', 'c', 'd'])
      world.put(job(`crm|${customer}`, customer), job(`crm|${customer}`, `${customer}2`))
    await live(world, 120_000)
    expect(world.attempts).toHaveLength(8)
    expect(mostIn(world, 4000)).toBe(2)
    expect(world.state(limiterKey(totalOf('crm'))).books?.slots).toEqual({ loans: {}, line: {} })
  })

  test('is one of several, and all have to grant a start', async () => {
    const world = worldOf({
      pools: { api: rate(2, 2000) },
      queues: {
        crm: { ...PARTITIONED, total: rate(3, 9000), pools: { api: 1 } },
        mail: { ...PARTITIONED, pools: { api: 1 } },
      },
    })
    for (let n = 0; n < 6; n++) world.put(job(`crm|${n}`, `c${n}`), job(`mail|${n}`, `m${n}`))
    await live(world, 120_000)
    expect(world.attempts).toHaveLength(12)
    expect(mostIn(world, 2000)).toBe(2)
    expect(mostIn(world, 9000, (id) => (id.startsWith('c') ? 1 : 0))).toBe(3)
  })
})

describe('a rate that is set at run time', () => {
  const SHARED = {
    pools: { api: rate(4, 10_000) },
    queues: { crm: { ...PARTITIONED, pools: { api: 1 } } },
  } as const

  test('holds from the next pass on, also for whoever was waiting', async () => {
    const world = worldOf(SHARED)
    for (let n = 0; n < 12; n++) world.put(job(`crm|${n}`, `c${n}`))
    await deliver(world)
    expect(world.attempts).toHaveLength(4)
    await setLimiter(world.context, API, { rateLimit: { allowed: 1, period_ms: 10_000, margin_ms: 0 } })
    const since = world.now
    await live(world, 60_000)
    const after = world.attempts.filter(({ at }) => at > since)
    expect(after.length).toBeGreaterThanOrEqual(4)
    expect(mostIn({ ...world, attempts: after } as World, 10_000)).toBe(1)
  })

  test('of 0 pauses, until somebody sets another', async () => {
    const world = worldOf(SHARED)
    await setLimiter(world.context, API, { rateLimit: { allowed: 0, period_ms: 1000 } })
    world.put(job('crm|a', 'a1'))
    await live(world, 30_000)
    expect(world.attempts).toEqual([])
    await setLimiter(world.context, API, undefined)
    await live(world, 120_000)
    expect(world.ran).toEqual(['a1'])
  })
})

describe('a start that comes too late', () => {
  test('is not made: the job goes back unspent, and gets another', async () => {
    const world = worldOf({
      pools: { api: rate(1, 10_000) },
      queues: { crm: { ...PARTITIONED, pools: { api: 1 } } },
    })
    world.put(job('crm|a', 'a1'))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    world.now += 20_000
    await world.work(message)
    expect(world.attempts).toEqual([])
    await live(world, 60_000)
    expect(world.attempts).toMatchObject([{ id: 'a1', attempt: 1 }])
  })
})
