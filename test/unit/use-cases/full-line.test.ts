/** A total that many partitions wait for: its item stays small, and whoever finds the line full has its turn all the same. */
import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { LONGEST_LINE, lineLook } from '../../../lib/core/limits/full-line.ts'
import { limiterKey, poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { LINE_LOOK_LATEST_MS, LINE_LOOK_SOONEST_MS } from '../../../lib/core/times.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { deliver } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const API = poolNamed('api')
const QUEUE = { partition: { payload: 'customer' }, concurrency: 1, timeout: 10_000 } as const
const CONFIG = defineConfig({
  queues: { crm: { ...QUEUE, pools: { api: 1 } }, heavy: { ...QUEUE, pools: { api: 5 } } },
  pools: { api: { concurrency: 5 } },
})
const put = (world: World, queue: string, count: number) => {
  for (let n = 0; n < count; n++)
    world.put(jobItem({ pk: `${queue}|c${n}` as ShardKey, id: `${queue}-${n}`, task: 'sync' }))
}
const lineOf = (world: World) => Object.keys(world.state(limiterKey(API)).books?.slots.line ?? {})
/** Passes that see room for one see it together. */
const SIMULTANEOUS = 30
const THAT_MANY = LONGEST_LINE + 60

describe('more shards wait than the line holds', () => {
  test('it stays that long, and each of them runs', async () => {
    const world = new World(CONFIG)
    await setLimiter(world.context, API, { concurrency: 0 })
    put(world, 'crm', THAT_MANY)
    await deliver(world)
    expect(lineOf(world).length).toBeLessThan(LONGEST_LINE + SIMULTANEOUS)
    await setLimiter(world.context, API, undefined)
    await world.live(10 * LINE_LOOK_LATEST_MS)
    expect(world.ran).toHaveLength(THAT_MANY)
    expect(world.mostAtOnce).toBeLessThanOrEqual(5)
    expect(lineOf(world)).toEqual([])
  })

  test('one that was kept out has one wake-up on its way, however often it is looked at', async () => {
    const world = new World(CONFIG)
    await setLimiter(world.context, API, { concurrency: 0 })
    put(world, 'crm', LONGEST_LINE)
    await deliver(world)
    world.put(jobItem({ pk: 'crm|last' as ShardKey, id: 'last-0', task: 'sync' }))
    await deliver(world)
    const { dueAt } = world.state('crm|last' as ShardKey)
    expect(dueAt).toBeGreaterThan(world.now)
    Object.assign(world.context.random, { number: () => 0 })
    world.put(jobItem({ pk: 'crm|last' as ShardKey, id: 'last-1', task: 'sync' }))
    await deliver(world)
    expect(world.state('crm|last' as ShardKey)).toMatchObject({ dueAt, waiting: true })
  })

  test('jobs that weigh more than there is keep nobody out', async () => {
    const world = new World(CONFIG)
    await setLimiter(world.context, API, { concurrency: 1 })
    put(world, 'heavy', THAT_MANY)
    await deliver(world)
    expect(lineOf(world).length).toBeLessThan(LONGEST_LINE + SIMULTANEOUS)
    world.handler = () => new Promise(() => {})
    put(world, 'crm', 3)
    await deliver(world)
    expect(lineOf(world).filter((name) => name.startsWith('crm'))).toHaveLength(2)
  })
})

test('who has waited for longer looks less often, and never less than every minute and a half', () => {
  expect([0, 0.999].map((random) => lineLook(0, random))).toEqual([
    LINE_LOOK_SOONEST_MS / 2,
    Math.round(LINE_LOOK_SOONEST_MS * 1.499),
  ])
  expect(lineLook(40_000, 0.5)).toBe(10_000)
  expect(lineLook(1e12, 0.999)).toBeLessThan(1.5 * LINE_LOOK_LATEST_MS)
})
