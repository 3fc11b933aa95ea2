/** Jobs that say what they cost, against their partition's rate and the rate of a pool. */
import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import {
  type LimiterName,
  poolNamed,
  rateOfPartition,
  tagNamed,
} from '../../../lib/core/limits/limiter-name.ts'
import { limiterKey } from '../../../lib/core/limits/queue-limiter.ts'
import { type ConfigInput, defineConfig, queueNamed } from '../../../lib/core/queue/config.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { statsOf } from '../../../lib/use-cases/operate/stats.ts'
import { whyJob } from '../../../lib/use-cases/operate/why.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const TOKENS = {
  rateLimit: { allowed: 10, period: 10_000, margin: 0 },
  costs: true,
  partition: { payload: 'customer' },
  timeout: 10_000,
} as const
const LIMITER = limiterKey(rateOfPartition('llm', 'acme'))

const worldOf = (queue: ConfigInput['queues'][string] = TOKENS, more: Partial<ConfigInput> = {}) =>
  new World(defineConfig({ queues: { llm: queue }, ...more }))

/** Named by what they cost: `7-a`. */
const costOf = (id: string): number => Number(id.split('-')[0])
const job = (id: string, some: { pk?: string; priority?: number; runAt?: number; cost?: number } = {}) => {
  const { pk = 'llm|acme', cost = costOf(id), ...rest } = some
  return { ...jobItem({ pk: pk as ShardKey, id, task: 'chat', ...rest }), ...(cost === 1 ? {} : { cost }) }
}

/** The most units in any window. */
function mostIn({ attempts }: World, period_ms: number): number {
  const around = (at: number) =>
    attempts
      .filter((other) => other.at > at - period_ms && other.at <= at)
      .reduce((sum, { id }) => sum + costOf(id), 0)
  return Math.max(0, ...attempts.map(({ at }) => around(at)))
}

const setRate = (world: World, allowed: number) => {
  const queue = queueNamed(world.context.config, 'llm')
  if (!queue) throw new Error('no queue')
  return overrideLimits(world.context, queue, 'acme', {
    rateLimit: { allowed, period_ms: 10_000, margin_ms: 0 },
  })
}
const why = async (world: World, item: { pk: string; sk: string }) =>
  whyText(await whyJob(world.context, item))

describe('the rate of a partition that counts what jobs cost', () => {
  test('is never exceeded, and used up to what the jobs leave', async () => {
    const world = worldOf()
    const ids = ['4-a', '3-b', '1-c', '7-d', '2-e', '10-f', '5-g', '5-h', '1-i', '9-j']
    world.put(...ids.map((id, n) => job(id, { runAt: NOW - 100 + n })))
    await live(world, 120_000)
    expect(world.ran).toEqual(ids)
    expect(mostIn(world, 10_000)).toBe(10)
  })

  test('lets a dear job at the head have its turn: those behind it wait, in their order', async () => {
    const world = worldOf()
    const small = Array.from({ length: 20 }, (_, n) => job(`1-${n}`, { runAt: NOW + 1 + n }))
    world.put(job('6-first', { runAt: NOW - 2 }), job('9-dear', { runAt: NOW - 1 }))
    await deliver(world)
    expect(world.ran).toEqual(['6-first'])
    world.now += 100
    world.put(...small)
    await live(world, 15_000)
    expect(world.ran.slice(0, 3)).toEqual(['6-first', '9-dear', '1-0'])
    expect(mostIn(world, 10_000)).toBe(10)
  })

  test('is one for all shards and lanes of the partition', async () => {
    const world = worldOf({ ...TOKENS, concurrency: 40, shards: 4 }, { pools: { gpu: { concurrency: 30 } } })
    const keys = ['llm|acme', 'llm|acme|1', 'llm|acme|2', 'llm|acme|+pool.gpu']
    const jobs = keys.flatMap((pk, k) =>
      [4, 10, 1, 7].map((cost, n) => {
        const pools = pk.includes('+') ? { pools: { gpu: 1 } } : {}
        return { ...job(`${cost}-${k}-${n}`, { pk }), ...pools }
      }),
    )
    world.put(...jobs)
    await live(world, 300_000)
    expect(new Set(world.ran).size).toBe(jobs.length)
    // Of it nothing is lent.
    expect(world.state('llm|acme' as ShardKey).books?.starts).toEqual({ loans: {}, line: {} })
    expect(mostIn(world, 10_000)).toBe(10)
  })

  test('of others is another', async () => {
    const world = worldOf()
    world.put(job('10-a'), job('10-b', { pk: 'llm|other' }))
    await deliver(world)
    expect(world.ran.toSorted()).toEqual(['10-a', '10-b'])
  })

  test('counts a job that says nothing as one start', async () => {
    const world = worldOf()
    world.put(...Array.from({ length: 12 }, (_, n) => job(`1-${n}`)))
    await deliver(world)
    expect(world.attempts).toHaveLength(10)
  })

  test('is shown with what is used of it', async () => {
    const world = worldOf()
    world.put(job('4-a'), job('5-b'))
    await deliver(world)
    const queue = queueNamed(world.context.config, 'llm')
    if (!queue) throw new Error('no queue')
    const stats = await statsOf(world.context, queue, 'acme')
    expect(stats.rate).toEqual({ allowed: 10, period_ms: 10_000, used: 9 })
    expect(stats.inForce.rateLimit).toMatchObject({ allowed: 10 })
  })
})

describe('a start that was granted', () => {
  test('is used by no job that costs something else', async () => {
    const world = worldOf()
    world.put(job('10-a', { runAt: NOW - 2 }), job('2-b', { runAt: NOW - 1 }))
    await deliver(world)
    expect(world.state('llm|acme' as ShardKey).granted).toMatchObject({ cost: 2 })
    world.put(job('8-urgent', { priority: 0 }))
    await live(world, 11_000)
    expect(world.ran).toEqual(['10-a', '8-urgent', '2-b'])
    world.put(job('3-late'))
    await live(world, 60_000)
    expect(mostIn(world, 10_000)).toBe(10)
  })

  test('is waited for by a dear job only, as long as nothing comes before it', async () => {
    const world = worldOf()
    world.put(job('6-a', { runAt: NOW - 2 }), job('9-dear', { runAt: NOW - 1 }))
    await deliver(world)
    world.put(job('1-urgent', { priority: 0 }))
    await deliver(world)
    expect(world.ran).toEqual(['6-a', '1-urgent'])
    await live(world, 30_000)
    expect(world.ran).toEqual(['6-a', '1-urgent', '9-dear'])
    expect(mostIn(world, 10_000)).toBeLessThanOrEqual(10)
  })

  test('is not made if the job was replaced by a dearer one since it was claimed', async () => {
    const world = worldOf()
    const cheap = job('2-a')
    world.put(cheap)
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    world.put({ ...cheap, cost: 9 })
    await world.work(message)
    expect(world.ran).toEqual([])
    await live(world, 30_000)
    expect(world.ran).toEqual(['2-a'])
    expect(Object.values(world.state(LIMITER).window)).toContain(9)
  })
})

describe('a limit that somebody has set', () => {
  test('holds from the next pass on', async () => {
    const world = worldOf()
    world.put(...Array.from({ length: 10 }, (_, n) => job(`3-${n}`, { runAt: NOW - 20 + n })))
    await deliver(world)
    expect(world.ran).toHaveLength(3)
    await setRate(world, 4)
    const since = world.now
    await live(world, 60_000)
    const after = { attempts: world.attempts.filter(({ at }) => at > since) } as World
    expect(after.attempts.length).toBeGreaterThanOrEqual(4)
    expect(mostIn(after, 10_000)).toBe(3)
  })

  test('below what a job costs has it wait, and says so', async () => {
    const world = worldOf()
    await setRate(world, 4)
    const item = job('7-dear')
    world.put(item)
    await live(world, 30_000)
    expect(world.ran).toEqual([])
    expect(await why(world, item)).toMatch(/rate 4\/10 s is less than the next job costs: 7$/)
    await setRate(world, 7)
    await live(world, 120_000)
    expect(world.ran).toEqual(['7-dear'])
  })

  test('of 0 pauses', async () => {
    const world = worldOf()
    await setRate(world, 0)
    const item = job('7-dear')
    world.put(item)
    await live(world, 30_000)
    expect(world.ran).toEqual([])
    expect(await why(world, item)).toMatch(/: paused$/)
  })
})

describe('what a job costs', () => {
  test('explains how long it waits', async () => {
    const world = worldOf()
    const [first, second] = [job('6-a'), job('7-b')]
    world.put(first)
    await deliver(world)
    world.put(second)
    await deliver(world)
    expect(await why(world, second)).toMatch(/rate 10\/10 s used up, next in 10 s for a job that costs 7$/)
  })

  test('beyond what is configured is refused in a raw item, with the numbers', async () => {
    const world = worldOf()
    world.put(job('11-a'))
    await live(world, 1000)
    expect(world.dead).toMatchObject([
      {
        reason: 'refused',
        error: 'a job that costs 11 could never start: the rate of its partition is 10 in 10 s',
      },
    ])
  })

  test('counts in a pool instead of what its queue says', async () => {
    const queue = {
      partition: { payload: 'customer' },
      pools: { api: { cost: 5 } },
      timeout: 10_000,
    } as const
    const world = worldOf(queue, { pools: { api: { rateLimit: TOKENS.rateLimit } } })
    const unsaid = (id: string) => ({ ...job(id), cost: undefined })
    world.put(job('2-a'), { ...job('1-b'), cost: 1 }, job('7-c'))
    await deliver(world)
    expect(world.ran).toHaveLength(3)
    const { cost: _, ...silent } = unsaid('5-d')
    world.put(silent, { ...silent, sk: job('5-e').sk }, { ...silent, sk: job('5-f').sk })
    await live(world, 60_000)
    expect(world.ran).toHaveLength(6)
    expect(mostIn(world, 10_000)).toBe(10)
    expect(Object.keys(world.state(limiterKey(poolNamed('api'))).window).length).toBeGreaterThan(0)
  })

  test('counts for its partition, and as one start for a pool and a tag that count those', async () => {
    const counted = { rateLimit: { allowed: 2, period: 5000, margin: 0 }, costs: false } as const
    const tags = [{ key: 'portal', ...counted }]
    const world = worldOf({ ...TOKENS, pools: { api: { cost: 2 } } }, { pools: { api: counted }, tags })
    const ids = ['9-a', '1-b', '1-c', '8-d', '1-e']
    const dear = (id: string) => ({ ...job(id, { pk: 'llm|acme|+tag.portal' }), tags: { portal: 'x' } })
    world.put(...ids.map(dear))
    await live(world, 120_000)
    expect(world.ran.toSorted()).toEqual(ids.toSorted())
    expect(mostIn(world, 10_000)).toBeLessThanOrEqual(10)
    const windowOf = (name: LimiterName) => Object.values(world.state(limiterKey(name)).window)
    expect(new Set(windowOf(poolNamed('api')))).toEqual(new Set([2]))
    expect(new Set(windowOf(tagNamed('portal')))).toEqual(new Set([1]))
  })

  test('stays with it over its attempts', async () => {
    const world = worldOf({ ...TOKENS, retry: { attempts: 2, backoff: 100, jitter: 0 } })
    world.handler = async () => ({ kind: 'failed', error: 'no' })
    world.put(job('6-a'))
    await live(world, 60_000)
    expect(world.attempts).toHaveLength(2)
    expect(mostIn(world, 10_000)).toBe(6)
    expect(world.dead).toMatchObject([{ reason: 'exhausted' }])
  })
})
