import { describe, expect, test } from 'vitest'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { Config } from '../../../lib/core/queue/config.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { asShard, configOf, jobItem, NOW, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 2 })
const jobs = Array.from({ length: 12 }, (_, n) => jobItem({ id: `job-${n}` }))

async function override(world: World, limits: LimitOverride | undefined): Promise<void> {
  const queue = world.context.config.queues['crm']
  if (queue) await overrideLimits(world.context, queue, 'acme', limits)
  await world.wake()
}
async function withWork(config: Config = CONFIG): Promise<World> {
  const world = new World(config)
  world.put(...jobs)
  await world.stream()
  return world
}

describe('an override', () => {
  test('that raises the limit starts more immediately', async () => {
    const world = await withWork()
    await override(world, { concurrency: 5 })
    expect(world.inFlight).toHaveLength(5)
  })

  test('that lowers it starts nothing until enough has ended', async () => {
    const world = await withWork(configOf({ concurrency: 4 }))
    const messages = world.takeWork()
    await override(world, { concurrency: 2 })
    const inFlight: number[] = []
    for (const message of messages) {
      await world.work(message)
      inFlight.push(world.inFlight.length)
    }
    expect(inFlight).toEqual([3, 2, 2, 2])
  })

  test('of 0 keeps nobody from judging what comes', async () => {
    const world = await withWork()
    await override(world, { concurrency: 0 })
    world.put({ ...jobItem({ id: 'before' }), startBefore: NOW - 1 })
    await world.stream()
    expect(world.dead).toMatchObject([{ reason: 'expired' }])
  })

  test('of 0 pauses, and its end goes on', async () => {
    const world = await withWork()
    await override(world, { concurrency: 0 })
    await world.settle()
    expect(world.ran).toEqual([])
    expect(await world.sweep()).toBe(0)
    await override(world, undefined)
    await world.settle()
    expect(world.ran).toHaveLength(12)
    expect(world.mostAtOnce).toBe(2)
  })

  test('before the first job holds for it', async () => {
    const world = new World(CONFIG)
    await override(world, { concurrency: 1 })
    world.put(...jobs)
    await world.stream()
    expect(world.inFlight).toHaveLength(1)
  })

  test('may set a rate where there was none', async () => {
    const world = await withWork()
    await override(world, { rateLimit: { allowed: 1, period_ms: 1000, margin_ms: 0 } })
    await world.live(60_000)
    expect(world.attempts).toHaveLength(12)
    const later = world.attempts.slice(2).map(({ at }) => at)
    for (const [n, at] of later.slice(1).entries()) expect(at - (later[n] ?? 0)).toBeGreaterThanOrEqual(1000)
  })

  test('that makes no sense stops the shard until it is mended', async () => {
    const world = await withWork()
    world.tables.states.set(SHARD, { ...world.state(), overrideProblem: 'concurrency: no' })
    await world.settle()
    expect(world.ran).toEqual([])
  })

  test('reaches every shard, and jobs leave those that lost their share', async () => {
    const world = await withWork(configOf({ concurrency: 4, shards: 4 }))
    await world.settle()
    await override(world, { concurrency: 1 })
    world.put(...[0, 1, 2, 3].map((n) => jobItem({ id: `late-${n}`, pk: asShard(`crm|acme|${n}`) })))
    await world.settle()
    expect(world.ran.filter((id) => id.startsWith('late'))).toHaveLength(4)
    expect(world.jobs).toEqual([])
  })
})

describe('a state item', () => {
  test('of a shard where jobs wait does not expire', async () => {
    const world = new World(configOf({ concurrency: 0 }))
    const written: (number | undefined)[] = []
    const { states } = world.context.store
    const { pass } = states
    Object.assign(states, {
      pass: (...args: Parameters<typeof pass>) => {
        written.push(args[1].expiresAt)
        return pass(...args)
      },
    })
    world.put(...jobs)
    await world.stream()
    expect(written).toEqual([undefined])
  })
})
