/** Rates of tags: of a key, of a value, and of each value by itself, over queues and partitions. On the memory store. */
import { describe, expect, test } from 'vitest'
import { limiterOf } from '../../../lib/api/known-limiters.ts'
import { toLimiterOverride } from '../../../lib/api/limiter-input.ts'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { parseShard, type ShardKey } from '../../../lib/core/keys.ts'
import { paused, resumed } from '../../../lib/core/limits/pause.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { isKnownLane, limitersOverKey, ratesOverKey, shardsOfLane } from '../../../lib/core/queue/covering.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { amendLimiter, setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { jobItem, NOW, value } from '../../support/builders.ts'
import { deliver, live } from '../../support/interleave.ts'
import { untyped } from '../../support/untyped.ts'
import { World } from '../../support/world.ts'

const MINUTE = 60_000
const PARTITIONED = { partition: { payload: 'customer' }, timeout: 10_000 } as const
const rate = (allowed: number, period: number) => ({ rateLimit: { allowed, period, margin: 0 } })
const CONFIG = {
  tags: [
    { key: 'portal', each: true, ...rate(2, 10_000) },
    { key: 'model', ...rate(4, 5000) },
    { key: 'model', value: 'big', concurrency: 1, ...rate(4, 5000), cost: 2 },
  ],
  queues: { crm: PARTITIONED, mail: PARTITIONED },
} as const satisfies ConfigInput
const config = defineConfig(CONFIG)

function asked(id: string, tags: Record<string, string>, queue = 'crm', customer = 'acme'): JobItem {
  const job = newJob(config, { queue, task: 'sync', payload: { customer }, id, tags }, NOW)
  if (!job.ok) throw new Error(job.reason)
  return job.value
}

/** The most starts in any window, each as many as it costs. */
function mostIn({ attempts }: World, period_ms: number, costOf: (id: string) => number): number {
  const around = ({ at }: { readonly at: number }) =>
    attempts
      .filter((other) => other.at > at - period_ms && other.at <= at)
      .reduce((sum, { id }) => sum + costOf(id), 0)
  return Math.max(0, ...attempts.map(around))
}
const ofName = (name: string) => (id: string) => (id.startsWith(name) ? 1 : 0)

test('cover the lanes that name them', () => {
  const over = (key: string) => ratesOverKey(config, key as ShardKey).map(({ name }) => name)
  expect(over('crm|a')).toEqual([])
  expect(over('crm|a|+each.portal=x+tag.model+tag.model=big')).toEqual([
    'each|portal=x',
    'tag|model',
    'tag|model=big',
  ])
  expect(limitersOverKey(config, 'crm|a|+each.portal=x+tag.model=big' as ShardKey)).toEqual([
    { name: 'tag|model=big', concurrency: 1, weights: {} },
  ])
  const lane = value(parseShard('crm|a|+each.portal=x'))
  expect(isKnownLane(config, lane)).toBe(true)
  expect(shardsOfLane(config, lane)).toBe(125)
})

describe('the rate of a tag', () => {
  test('holds for each value by itself, over queues and partitions, and for nothing else', async () => {
    const world = new World(config)
    for (let n = 0; n < 4; n++)
      world.put(
        asked(`x${n}`, { portal: 'x' }),
        asked(`x${n}m`, { portal: 'x' }, 'mail', 'other'),
        asked(`y${n}`, { portal: 'y' }),
        jobItem({ pk: 'crm|acme' as ShardKey, id: `free${n}`, task: 'sync' }),
      )
    await deliver(world)
    expect(world.ran.filter((id) => id.startsWith('free'))).toHaveLength(4)
    expect(world.ran.filter((id) => id.startsWith('y'))).toHaveLength(2)
    await live(world, 2 * MINUTE)
    expect(world.ran).toHaveLength(16)
    expect([mostIn(world, 10_000, ofName('x')), mostIn(world, 10_000, ofName('y'))]).toEqual([2, 2])
  })

  test('counts each job at its price, beside units', async () => {
    const world = new World(config)
    for (let n = 0; n < 4; n++)
      world.put(asked(`b${n}`, { model: 'big' }), asked(`s${n}`, { model: 'small' }))
    await live(world, 2 * MINUTE)
    expect(world.ran).toHaveLength(8)
    expect(mostIn(world, 5000, (id) => (id.startsWith('b') ? 2 : 0))).toBe(4)
    expect(mostIn(world, 5000, () => 1)).toBe(4)
  })

  test('holds for what was put past its lane, too', async () => {
    const world = new World(config)
    for (let n = 0; n < 4; n++) world.put({ ...asked(`x${n}`, { portal: 'x' }), pk: 'crm|acme' as ShardKey })
    await live(world, MINUTE)
    expect(world.ran).toHaveLength(4)
    expect(mostIn(world, 10_000, ofName('x'))).toBe(2)
  })

  test('is set, paused and resumed at run time, of one value', async () => {
    const world = new World(config)
    const limiter = limiterOf(config, { tag: 'portal', each: 'x' })
    expect(limiter).toMatchObject({ name: 'each|portal=x', rate: { rateLimit: { allowed: 2 } } })
    await setLimiter(world.context, limiter.name, toLimiterOverride(config, limiter, rate(1, 30_000)))
    for (let n = 0; n < 3; n++) world.put(asked(`x${n}`, { portal: 'x' }), asked(`y${n}`, { portal: 'y' }))
    await live(world, 20_000)
    expect(world.ran.filter((id) => id.startsWith('x'))).toHaveLength(1)
    expect(world.ran.filter((id) => id.startsWith('y'))).toHaveLength(3)
    await amendLimiter(world.context, limiter.name, paused({ by: 'ann' }))
    await live(world, 2 * MINUTE)
    expect(world.ran.filter((id) => id.startsWith('x')).length).toBeLessThanOrEqual(2)
    await amendLimiter(world.context, limiter.name, resumed)
    await live(world, 3 * MINUTE)
    expect(world.ran.filter((id) => id.startsWith('x'))).toHaveLength(3)
  })

  test('is what the reason names', async () => {
    const world = new World(config)
    for (let n = 0; n < 9; n++) world.put(asked(`b${n}`, { model: 'big' }))
    await deliver(world)
    const why = await whyPartition(world.context, config.queues.crm, 'acme')
    expect(whyText(why)).toMatch(/tag model=big/)
  })

  test('is given the time that its service asks for, and other values go on', async () => {
    const world = new World(config)
    const { name } = limiterOf(config, { tag: 'portal', each: 'x' })
    let asks = 1
    world.handler = async (job): Promise<TaskOutcome> =>
      job.id.startsWith('x') && asks-- > 0
        ? { kind: 'slowed', until: world.now + MINUTE, reason: 'HTTP 429', limiter: name }
        : { kind: 'succeeded' }
    world.put(asked('x0', { portal: 'x' }))
    await deliver(world)
    world.put(asked('x1', { portal: 'x' }), asked('y1', { portal: 'y' }))
    await live(world, 30_000)
    expect(world.attempts.map(({ id }) => id)).toEqual(['x0', 'y1'])
    await live(world, 3 * MINUTE)
    expect(world.ran.filter((id) => id.startsWith('x'))).toHaveLength(3)
  })
})

describe('limits of tags with a rate', () => {
  const tagsOf = (tags: unknown) => () => defineConfig(untyped({ tags, queues: { crm: {} } }))
  test.each<[unknown, string]>([
    [[{ key: 'a', rateLimit: { allowed: 1 } }], 'tags.0.rateLimit.period'],
    [[{ key: 'a', rateLimit: { allowed: 1_000_001, period: '1s' } }], 'tags.0.rateLimit.allowed'],
    [[{ key: 'a', concurrency: 1, cost: 2 }], 'tags.0.cost'],
    [[{ key: 'a', rateLimit: { allowed: 1, period: '1s' }, cost: 2 }], 'could never run'],
    [[{ key: 'a', rateLimit: { allowed: 1, period: '1s' }, cost: 0 }], 'tags.0.cost'],
    [[{ key: 'a', each: true }], 'it limits nothing'],
  ])('%j are refused with the path', (tags, path) => expect(tagsOf(tags)).toThrow(path))

  test('are set by what they have', () => {
    const big = limiterOf(config, { tag: 'model', value: 'big' })
    expect(() => toLimiterOverride(config, big, rate(1, 1000))).toThrow('counts as 2 starts')
    const portal = limiterOf(config, { tag: 'portal', each: 'x' })
    expect(() => toLimiterOverride(config, portal, 3)).toThrow('rate alone')
    expect(toLimiterOverride(config, portal, 0)).toEqual({ concurrency: 0 })
  })
})
