/** A rate that is raised reaches those who have been granted a start by the lower one. */
import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { setQueueLimits } from '../../../lib/use-cases/operate/set-queue-limits.ts'
import { jobItem } from '../../support/builders.ts'
import { live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const API = poolNamed('api')
const HOUR_MS = 3_600_000
const PARTITIONED = { partition: { payload: 'customer' }, concurrency: 2, timeout: '10s' } as const
const SLOW = { allowed: 1, period: '1h' } as const
const FAST = { rateLimit: { allowed: 100, period_ms: 1000 } }
const NAMES = ['a', 'b', 'c', 'd']

function worldOf(input: ConfigInput): World {
  return new World(defineConfig(input))
}
const byPool = (rateLimit: {
  readonly allowed: number
  readonly period: `${number}${'s' | 'h'}`
}): ConfigInput => ({
  pools: { api: { rateLimit } },
  queues: { crm: { ...PARTITIONED, pools: { api: 1 } } },
})
/** One job in each partition, of which the first has started. */
async function waiting(world: World, names: readonly string[] = NAMES): Promise<World> {
  for (const name of names) world.put(jobItem({ pk: `crm|${name}` as ShardKey, id: name }))
  await live(world, 30_000)
  expect(world.ran).toEqual(['a'])
  return world
}
const queueOf = (world: World) => {
  const queue = world.context.config.queues['crm']
  if (!queue) throw new Error('no queue')
  return queue
}
/** With a tick each minute, and a sweep every five. */
const sweptFor = async (world: World, minutes: number) => {
  for (let minute = 1; minute <= minutes; minute++) {
    await world.tick()
    if (minute % 5 === 0) await world.sweep()
    await live(world, 60_000)
  }
}

describe('a shared rate that is raised at run time', () => {
  test('lets all start that wait, and need not for longer by the new one', async () => {
    const world = await waiting(worldOf(byPool(SLOW)))
    await setLimiter(world.context, API, FAST)
    await live(world, 30_000)
    expect(world.ran.toSorted()).toEqual(NAMES)
    await live(world, 30_000)
    // What they had been granted before has gone back.
    expect(Object.keys(world.state(limiterKey(API)).window).every((end) => Number(end) <= world.now)).toBe(
      true,
    )
  })

  test('of a total, too', async () => {
    const total = { concurrency: 50, rateLimit: SLOW }
    const world = await waiting(worldOf({ queues: { crm: { ...PARTITIONED, total } } }))
    await setLimiter(world.context, totalOf('crm'), FAST)
    await live(world, 30_000)
    expect(world.ran.toSorted()).toEqual(NAMES)
  })

  test('a little lets them start a little sooner, and never too many', async () => {
    const world = await waiting(worldOf(byPool(SLOW)))
    await setLimiter(world.context, API, { rateLimit: { allowed: 2, period_ms: HOUR_MS } })
    await sweptFor(world, 125)
    expect(world.ran).toHaveLength(4)
    const at = world.attempts.map((attempt) => attempt.at)
    for (const from of at)
      expect(at.filter((other) => other >= from && other < from + HOUR_MS).length).toBeLessThanOrEqual(2)
  })

  test('leaves those alone who start within the minute', async () => {
    const world = await waiting(worldOf(byPool({ allowed: 1, period: '50s' })), ['a', 'b'])
    const { granted } = world.state('crm|b' as ShardKey)
    await setLimiter(world.context, API, FAST)
    expect(world.state('crm|b' as ShardKey).granted).toEqual(granted)
    await live(world, 40_000)
    expect(world.ran).toEqual(['a', 'b'])
  })
})

test('one that is lowered wakes nobody', async () => {
  const world = await waiting(worldOf(byPool({ allowed: 1, period: '1h' })))
  world.takeWakes()
  await setLimiter(world.context, API, { rateLimit: { allowed: 1, period_ms: 2 * HOUR_MS } })
  expect(world.takeWakes()).toEqual([])
})

test('one that a deploy has raised is seen by the next sweep', async () => {
  const world = await waiting(worldOf(byPool(SLOW)))
  Object.assign(world.context, { config: defineConfig(byPool({ allowed: 100, period: '1s' })) })
  await sweptFor(world, 6)
  expect(world.ran.toSorted()).toEqual(NAMES)
})

describe('a rate by cost', () => {
  const COSTS = { ...PARTITIONED, rateLimit: { allowed: 10, period: '1h' }, costs: true } as const
  const put = (world: World, pk: string) => {
    for (const id of NAMES) world.put({ ...jobItem({ pk: pk as ShardKey, id }), cost: 10 })
  }
  const RAISED = { rateLimit: { allowed: 1000, period_ms: 1000 } }

  test('that is raised for its partition', async () => {
    const world = worldOf({ queues: { crm: COSTS } })
    put(world, 'crm|acme')
    await live(world, 30_000)
    expect(world.ran).toHaveLength(1)
    await overrideLimits(world.context, queueOf(world), 'acme', RAISED)
    await live(world, 30_000)
    expect(world.ran).toHaveLength(4)
  })

  test('or for all of its queue', async () => {
    const world = worldOf({ queues: { crm: COSTS } })
    put(world, 'crm|acme')
    await live(world, 30_000)
    await setQueueLimits(world.context, queueOf(world), RAISED)
    await live(world, 30_000)
    expect(world.ran).toHaveLength(4)
  })

  test('reaches lanes, which stand in no line', async () => {
    const world = worldOf({ tags: [{ key: 't', each: true, concurrency: 5 }], queues: { crm: COSTS } })
    for (const id of NAMES)
      world.put({
        ...jobItem({ pk: `crm|acme|+each.t=${id}` as ShardKey, id }),
        tags: { t: id },
        cost: 10,
      })
    await live(world, 30_000)
    expect(world.ran).toHaveLength(1)
    await overrideLimits(world.context, queueOf(world), 'acme', RAISED)
    await live(world, 30_000)
    expect(world.ran).toHaveLength(4)
  })
})
