/** Rates that queues share beside all else: lanes, pauses and slow-downs of limiters, throttles, guarantees. On the memory store. */
import { describe, expect, test } from 'vitest'
import { limiterOf } from '../../../lib/api/known-limiters.ts'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { paused, resumed } from '../../../lib/core/limits/pause.ts'
import { poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { limitersOverKey, ratesOverKey } from '../../../lib/core/queue/covering.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { amendLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const API = poolNamed('api')
const PARTITIONED = { partition: { payload: 'customer' }, timeout: 10_000 } as const
const rate = (allowed: number, period: number) => ({ rateLimit: { allowed, period, margin: 0 } })
const MINUTE = 60_000

/** A pool with a rate alone and one with both, of which `crm` takes neither, and `mail` the first, at twice the price. */
const CONFIG = {
  pools: { api: rate(2, 10_000), gpu: { concurrency: 2, ...rate(3, 5000) } },
  tags: [{ key: 'model', concurrency: 1 }],
  queues: { crm: PARTITIONED, mail: { ...PARTITIONED, pools: { api: { cost: 2 } } } },
} as const satisfies ConfigInput

const worldOf = (input: ConfigInput) => new World(defineConfig(input))
/** As the client puts it. */
function asked(id: string, pools: Record<string, number>, tags = {}, queue = 'crm'): JobItem {
  const asked = { queue, task: 'sync', payload: { customer: 'acme' }, id, pools, tags }
  const job = newJob(defineConfig(CONFIG), asked, NOW)
  if (!job.ok) throw new Error(job.reason)
  return job.value
}
const plain = (pk: string, id: string) => jobItem({ pk: pk as ShardKey, id, task: 'sync' })

/** The most starts in any window, each as many as it costs. */
function mostIn(
  { attempts }: Pick<World, 'attempts'>,
  period_ms: number,
  costOf = (_id: string) => 1,
): number {
  const around = ({ at }: { readonly at: number }) =>
    attempts
      .filter((other) => other.at > at - period_ms && other.at <= at)
      .reduce((sum, { id }) => sum + costOf(id), 0)
  return Math.max(0, ...attempts.map(around))
}

describe('a pool with a rate that jobs name', () => {
  test('covers their lane, and nothing else of their queue', () => {
    const config = defineConfig(CONFIG)
    const over = (key: string) => ratesOverKey(config, key as ShardKey).map(({ name }) => name)
    expect(over('crm|acme')).toEqual([])
    expect(over('crm|acme|+pool.api')).toEqual(['pool|api'])
    expect(over('crm|acme|3+pool.api+pool.gpu*2+tag.model')).toEqual(['pool|api', 'pool|gpu'])
    expect(over('mail|acme|+pool.gpu')).toEqual(['pool|api', 'pool|gpu'])
    expect(limitersOverKey(config, 'crm|acme|+pool.api' as ShardKey)).toEqual([])
  })

  test('grants each of their starts, and holds back no other job', async () => {
    const world = worldOf(CONFIG)
    for (let n = 0; n < 6; n++) world.put(asked(`a${n}`, { api: 1 }), plain('crm|acme', `free${n}`))
    await deliver(world)
    expect(world.ran.filter((id) => id.startsWith('free'))).toHaveLength(6)
    await live(world, MINUTE)
    expect(world.ran).toHaveLength(12)
    expect(mostIn(world, 10_000, (id) => (id.startsWith('a') ? 1 : 0))).toBe(2)
  })

  test('counts them with the jobs of queues that take it, each at its price', async () => {
    const world = worldOf(CONFIG)
    for (let n = 0; n < 3; n++)
      world.put(asked(`a${n}`, { api: 1 }), plain('mail|b', `m${n}`), asked(`n${n}`, { api: 1 }, {}, 'mail'))
    await live(world, 200_000)
    expect(world.ran).toHaveLength(9)
    expect(mostIn(world, 10_000, (id) => (id.startsWith('a') ? 1 : 2))).toBe(2)
  })

  test('and with units holds by both, beside a tag', async () => {
    const world = worldOf(CONFIG)
    for (let n = 0; n < 6; n++) world.put(asked(`g${n}`, { gpu: 2 }, { model: 'x' }))
    for (let n = 0; n < 4; n++) world.put(asked(`h${n}`, { gpu: 1, api: 1 }))
    await live(world, 120_000)
    expect(world.ran).toHaveLength(10)
    expect(mostIn(world, 5000)).toBeLessThanOrEqual(3)
    expect(mostIn(world, 10_000, (id) => (id.startsWith('h') ? 1 : 0))).toBeLessThanOrEqual(2)
    expect(world.mostAtOnce).toBeLessThanOrEqual(2)
  })

  test('is known at run time, whether or not a queue takes it', () => {
    const config = defineConfig({ ...CONFIG, queues: { crm: PARTITIONED } })
    expect(limiterOf(config, { pool: 'api' })).toMatchObject({ rate: { name: API } })
    expect(limiterOf(config, { pool: 'gpu' })).toMatchObject({ units: { concurrency: 2 }, rate: {} })
  })
})

describe('a pool with a rate alone', () => {
  const SHARED = {
    pools: { api: rate(2, 10_000) },
    queues: { crm: { ...PARTITIONED, pools: { api: 1 } } },
  } as const
  const shard = { queue: 'crm', partition: 'c9' } as const

  test('that is paused grants nothing, also not what a shard was waiting for, until it is resumed', async () => {
    const world = worldOf(SHARED)
    for (let n = 0; n < 6; n++) world.put(plain(`crm|c${n}`, `c${n}`))
    await deliver(world)
    expect(world.ran).toHaveLength(2)
    await amendLimiter(world.context, API, paused({ by: 'ann' }))
    await live(world, 30_000)
    expect(world.ran).toHaveLength(2)
    await amendLimiter(world.context, API, resumed)
    await live(world, 2 * MINUTE)
    expect(world.ran).toHaveLength(6)
    expect(mostIn(world, 10_000)).toBe(2)
  })

  test('that is slowed down grants nothing before the time, and says so', async () => {
    const world = worldOf(SHARED)
    await slowLimiter(world.context, API, { until: NOW + 3 * MINUTE, reason: 'HTTP 429' })
    world.put(plain('crm|c9', 'a1'))
    await live(world, 2 * MINUTE)
    expect(world.ran).toEqual([])
    const why = await whyPartition(world.context, defineConfig(SHARED).queues.crm, shard.partition)
    expect(whyText(why)).toContain('pool api slowed down until')
    await live(world, 2 * MINUTE)
    expect(world.ran).toEqual(['a1'])
    expect(world.attempts[0]?.at).toBeGreaterThanOrEqual(NOW + 3 * MINUTE)
  })

  test('goes on within a minute after its slow-down is taken back', async () => {
    const world = worldOf(SHARED)
    await slowLimiter(world.context, API, { until: NOW + 30 * MINUTE, reason: 'HTTP 429' })
    world.put(plain('crm|c9', 'a1'))
    await live(world, 10_000)
    await slowLimiter(world.context, API, undefined)
    await live(world, 65_000)
    expect(world.ran).toEqual(['a1'])
  })
})

describe('a queue that is throttled', () => {
  test('starts within the rate that it shares, and makes less use of it', async () => {
    const world = worldOf({
      pools: { api: rate(4, 2000) },
      queues: {
        crm: {
          ...PARTITIONED,
          pools: { api: 1 },
          adaptive: { outcomes: 4, minimumOutcomes: 2, most: 8 },
          retry: { attempts: 3, backoff: 100 },
        },
      },
    })
    world.handler = async (): Promise<TaskOutcome> => ({ kind: 'failed', error: 'HTTP 500' })
    for (let n = 0; n < 10; n++) world.put(plain('crm|a', `a${n}`))
    await live(world, 10 * MINUTE)
    expect(world.attempts).toHaveLength(30)
    expect(mostIn(world, 2000)).toBeLessThanOrEqual(4)
    expect(world.attempts.filter(({ at }) => at < NOW + 5000).length).toBeLessThan(10)
  })
})

describe('a total with a rate', () => {
  test('guarantees of its units, and grants its starts', async () => {
    const input = {
      queues: {
        crm: { ...PARTITIONED, total: { concurrency: 3, ...rate(3, 5000) }, guaranteed: { vip: 1 } },
      },
    } as const satisfies ConfigInput
    const world = worldOf(input)
    for (let n = 0; n < 6; n++) world.put(plain('crm|others', `o${n}`))
    world.put(plain('crm|vip', 'v1'))
    await live(world, MINUTE)
    expect(world.ran).toHaveLength(7)
    expect(mostIn(world, 5000)).toBeLessThanOrEqual(3)
    expect(limiterOf(defineConfig(input), { total: 'crm' })).toMatchObject({
      name: totalOf('crm'),
      units: { guaranteed: { vip: 1 } },
    })
    expect(() =>
      defineConfig({ queues: { crm: { ...PARTITIONED, total: rate(3, 5000), guaranteed: { vip: 1 } } } }),
    ).toThrow(/part of the total/)
  })
})
