/** What a limiter does to those who need it, in the words of a job that waits for it; nothing is written by asking. */
import { describe, expect, test } from 'vitest'
import type { Priority, ShardKey } from '../../../lib/core/keys.ts'
import { paused } from '../../../lib/core/limits/pause.ts'
import { type LimiterName, limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { type Config, type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { configuredIn } from '../../../lib/core/queue/configured-limiters.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { amendLimiter, setLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { whyJob } from '../../../lib/use-cases/operate/why.ts'
import { whyLimiter } from '../../../lib/use-cases/operate/why-limiter.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { deliver, longRunning } from '../../support/interleave.ts'
import { damage } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const API = poolNamed('api')
const TOTAL = totalOf('crm')
const NOTE = { by: 'ann', reason: 'their incident' }
const MINUTE = 60_000
const BY_CUSTOMER = { partition: { payload: 'customer' }, concurrency: 4, timeout: '10s' } as const
const rate = (allowed: number) => ({ rateLimit: { allowed, period: '10s', margin: 0 } }) as const
const job = (pk: string, id: string, priority?: Priority) =>
  jobItem({ pk: pk as ShardKey, id, runAt: NOW - MINUTE, ...(priority === undefined ? {} : { priority }) })

const pooled = (api: NonNullable<ConfigInput['pools']>[string], weight = 2) =>
  defineConfig({
    pools: { api },
    queues: { crm: { ...BY_CUSTOMER, pools: { api: 1 } }, mail: { ...BY_CUSTOMER, pools: { api: weight } } },
  })
/** All that is put runs until the end of the test. */
function worldOf(config: Config): World {
  const world = new World(config)
  longRunning(world, () => true)
  return world
}
async function put(world: World, ...items: ReturnType<typeof job>[]): Promise<void> {
  for (const item of items) {
    world.put(item)
    await deliver(world)
  }
}

/** Asks, and sees that nothing was written. */
async function ask(world: World, name: LimiterName = API) {
  const known = configuredIn(world.context.config).get(name)
  if (!known) throw new Error('no such limiter')
  const before = structuredClone([...world.tables.states])
  const why = await whyLimiter(world.context, known)
  expect([...world.tables.states]).toEqual(before)
  expect(JSON.parse(JSON.stringify(why))).toEqual(why)
  return why
}
const said = async (world: World, name?: LimiterName) => whyText(await ask(world, name))

describe('a pool', () => {
  test('with units left holds nothing', async () => {
    const world = worldOf(pooled({ concurrency: 4 }))
    expect(await said(world)).toBe('pool api 0/4: nothing holds one more job')
    await put(world, job('crm|a', 'a1'))
    expect(await said(world)).toBe('pool api 1/4: nothing holds one more job; crm|a has 1 until 09:14:05Z')
  })

  test('that is full says so in the words of a job that waits for it, who has them until when, and who is next', async () => {
    const world = worldOf(pooled({ concurrency: 4 }))
    await put(world, job('crm|a', 'a1'), job('mail|b', 'b1'), job('crm|c', 'c1'))
    const waiting = [job('crm|d', 'd1'), job('crm|e', 'e1', 7), job('mail|f', 'f1', 0), job('crm|g', 'g1')]
    await put(world, ...waiting)
    const why = await ask(world)
    expect(why).toMatchObject({
      kind: 'limiter',
      name: 'pool|api',
      units: 4,
      lent: 4,
      holds: [{ reason: 'limiter', lent: 4, units: 4, jobs: 0, first: { id: 'a1', shard: 'crm|a' } }],
      holders: [
        { shard: 'crm|a', units: 1, jobs: [{ id: 'a1', until: NOW + 845_000 }] },
        { shard: 'crm|c', units: 1, jobs: [{ id: 'c1' }] },
        { shard: 'mail|b', units: 2, jobs: [{ id: 'b1' }] },
      ],
      waiting: [
        { shard: 'mail|f', priority: 0, since: NOW },
        { shard: 'crm|d', since: NOW },
        { shard: 'crm|g' },
        { shard: 'crm|e', priority: 7 },
      ],
    })
    expect(whyText(why)).toBe(
      'pool api 4/4, job a1 of crm|a free by 09:14:05Z at the latest; 3 shards have units: ' +
        'crm|a 1 until 09:14:05Z, crm|c 1 until 09:14:05Z, mail|b 2 until 09:14:05Z; ' +
        '4 shards wait: mail|f (priority 0) since 09:00:00Z, crm|d since 09:00:00Z, crm|g since 09:00:00Z, 1 more',
    )
    const [first] = waiting
    if (!first) throw new Error('no job')
    const ofJob = whyText(await whyJob(world.context, first))
    expect(ofJob).toContain('pool api 4/4, job a1 of crm|a free by 09:14:05Z at the latest')
  })

  test('is read with no scan, and a hundred items of those that have units at the most', async () => {
    const world = worldOf(pooled({ concurrency: 200 }))
    await put(world, ...Array.from({ length: 104 }, (_, n) => job(`crm|p${n}`, `j${n}`)))
    const { states } = world.context.store
    const { glance } = states
    const asked: number[] = []
    Object.assign(states, {
      scan: () => expect.unreachable('a scan'),
      glance: (shards: readonly ShardKey[]) => {
        asked.push(shards.length)
        return glance(shards)
      },
    })
    const { holders = [] } = (await ask(world)) as { holders?: readonly { jobs?: unknown }[] }
    expect(asked).toEqual([100])
    expect(holders.filter(({ jobs }) => jobs)).toHaveLength(100)
    expect(holders).toHaveLength(104)
  })

  test('of which a heavy job waits for more than is free keeps that for it', async () => {
    const world = worldOf(pooled({ concurrency: 3 }))
    await put(world, job('crm|a', 'a1'), job('crm|b', 'b1'), job('mail|c', 'c1'))
    expect(await said(world)).toMatch(/^pool api 2\/3, .*; 1 shard waits: mail\|c since 09:00:00Z$/)
  })

  test('names those last whom no unit can serve', async () => {
    const world = worldOf(pooled({ concurrency: 3 }))
    await put(world, job('crm|a', 'a1'), job('mail|c', 'c1'))
    await setLimiter(world.context, API, { concurrency: 1 })
    await put(world, job('mail|d', 'd1', 0), job('crm|e', 'e1', 9))
    expect(await ask(world)).toMatchObject({ waiting: [{ shard: 'crm|e' }, { shard: 'mail|d' }] })
  })

  test('that somebody has lowered, raised, paused or slowed down says who', async () => {
    const world = worldOf(pooled({ concurrency: 4 }))
    await put(world, job('crm|a', 'a1'), job('mail|b', 'b1'))
    await setLimiter(world.context, API, { concurrency: 2, ...NOTE })
    expect(await said(world)).toMatch(
      /^pool api 3\/2, job a1 .*; lowered from 4 to 2 by ann: their incident; 2 shards have units/,
    )
    await setLimiter(world.context, API, { concurrency: 9, by: 'bob' })
    expect(await said(world)).toMatch(
      /^pool api 3\/9: nothing holds one more job; raised from 4 to 9 by bob; /,
    )
    await slowLimiter(world.context, API, { until: NOW + MINUTE, ...NOTE })
    expect(await said(world)).toMatch(/^pool api slowed down until 09:01:00Z by ann: their incident; raised/)
    await amendLimiter(world.context, API, paused(NOTE))
    await slowLimiter(world.context, API, undefined)
    expect(await said(world)).toMatch(/^pool api paused by ann: their incident; raised/)
  })

  test('whose override makes no sense, or whose item is damaged, says that', async () => {
    const world = worldOf(pooled({ concurrency: 4 }))
    await setLimiter(world.context, API, { concurrency: 2 })
    world.tables.states.set(limiterKey(API), { ...world.state(limiterKey(API)), overrideProblem: 'x' })
    expect(await said(world)).toMatch(/^pool api paused, for its override makes no sense: x/)
    damage(world, limiterKey(API))
    expect(await said(world)).toBe('damaged: it is damaged')
  })
})

describe('a rate', () => {
  test('says what is left of it, and when its next start comes', async () => {
    const world = worldOf(pooled({ ...rate(3) }, 1))
    expect(await said(world)).toBe('pool api rate 0/3 in 10 s: nothing holds one more job')
    await put(world, ...[1, 2, 3].map((n) => job(`crm|${n}`, `j${n}`)))
    world.now += 4000
    const why = await ask(world)
    expect(why).toMatchObject({ rate: { allowed: 3, used: 3, nextAt: NOW + 10_015 }, holders: [] })
    expect(whyText(why)).toBe('pool api rate 3/10 s used up, next in 6 s')
  })

  test('that somebody has set, paused or slowed down says who', async () => {
    const world = worldOf(pooled({ ...rate(3) }, 1))
    await setLimiter(world.context, API, {
      rateLimit: { allowed: 1, period_ms: 10_000, margin_ms: 0 },
      ...NOTE,
    })
    const change = 'rate set to 1/10 s by ann: their incident'
    expect(await said(world)).toBe(`pool api rate 0/1 in 10 s: nothing holds one more job; ${change}`)
    await slowLimiter(world.context, API, { until: NOW + MINUTE, reason: 'HTTP 429' })
    expect(await said(world)).toBe(`pool api slowed down until 09:01:00Z: HTTP 429; ${change}`)
    await slowLimiter(world.context, API, undefined)
    await amendLimiter(world.context, API, paused({ by: 'bob' }))
    expect(await said(world)).toMatch(/^pool api rate paused by bob; rate set to/)
    const waits = job('crm|a', 'a1')
    await put(world, waits)
    expect(whyText(await whyJob(world.context, waits))).toMatch(/: pool api rate paused by bob$/)
  })

  test('and units hold each by itself; a pause of both is said once', async () => {
    const world = worldOf(pooled({ concurrency: 2, ...rate(1) }))
    await put(world, job('crm|a', 'a1'))
    await setLimiter(world.context, API, { concurrency: 1 })
    expect(await said(world)).toMatch(
      /^pool api 1\/1, job a1 of crm\|a free by \S+ at the latest · pool api rate 1\/10 s used up, next in [\d.]+ s; lowered/,
    )
    await amendLimiter(world.context, API, paused(NOTE))
    expect(await said(world)).toMatch(
      /^pool api paused by ann: their incident; lowered from 2 to 1; crm\|a has 1 until 09:14:05Z$/,
    )
  })

  test('is asked for as little as any of its queues needs', async () => {
    const config = defineConfig({
      pools: { api: rate(3) },
      queues: { mail: { ...BY_CUSTOMER, pools: { api: { cost: 2 } } } },
    })
    const world = worldOf(config)
    await put(world, job('mail|a', 'a1'))
    expect(await said(world)).toMatch(/^pool api rate 3\/10 s used up, next in 10 s for a job that costs 2/)
  })
})

describe('a total', () => {
  test('says what is kept for whom', async () => {
    const crm = { ...BY_CUSTOMER, total: 3, guaranteed: { vip: 2 } }
    const world = worldOf(defineConfig({ queues: { crm } }))
    await put(world, job('crm|a', 'a1'), job('crm|b', 'b1'))
    expect(await said(world, TOTAL)).toMatch(
      /^total crm 1\/3, 2 kept for vip, job a1 of crm\|a free by \S+ at the latest; crm\|a has 1 until \S+; 1 shard waits: crm\|b since \S+$/,
    )
  })

  test('that lies in chunks is one limit, and says so of them all', async () => {
    const world = worldOf(chunked(defineConfig({ queues: { crm: { ...BY_CUSTOMER, total: 4 } } }), 2))
    await put(world, job('crm|a', 'a1'), job('crm|b', 'b1'), job('crm|c', 'c1'))
    expect(await said(world, TOTAL)).toMatch(/^total crm 3\/4: nothing holds one more job; 3 shards have/)
    await put(world, job('crm|d', 'd1'), job('crm|e', 'e1'), job('crm|f', 'f1'))
    const why = await ask(world, TOTAL)
    expect(why).toMatchObject({ lent: 4, units: 4, holds: [{ lent: 4, units: 4, first: { id: 'a1' } }] })
    expect(whyText(why)).toMatch(
      /; 4 shards have units: crm\|a 1 until \S+, \S+ 1 until \S+, \S+ 1 until \S+, 1 more; 2 shards wait: /,
    )
    await setLimiter(world.context, TOTAL, { concurrency: 2, ...NOTE })
    expect(await said(world, TOTAL)).toMatch(
      /^total crm 4\/2, .*; lowered from 4 to 2 by ann: their incident/,
    )
  })
})
