/** Starts of a rate come back with time, and nobody tells: a shard that lacks one looks again in time. */
import { describe, expect, test } from 'vitest'
import { wakeUp } from '../../../lib/use-cases/wake-up.ts'
import { configOf } from '../../support/builders.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

describe('a start that has been claimed and not begun', () => {
  test('is found when it is free again, although the job that made it runs for long', async () => {
    const world = new World(configOf({ concurrency: 8, shards: 2, rateLimit: { allowed: 1, period: 1000 } }))
    const end = longRunning(world, (id) => id.startsWith('long'))
    world.put(...jobsIn(shard(0), 1, 'long'))
    await world.stream()
    const messages = world.takeWork()
    world.now += 50
    world.put(...jobsIn(shard(1), 1, 'next'))
    await world.stream()
    for (const message of messages) void world.work(message)
    await live(world, 120_000)
    expect(world.ran).toContain('next-0')
    end()
  })

  test('the same, if the plain shard has it', async () => {
    const world = new World(configOf({ concurrency: 8, shards: 2, rateLimit: { allowed: 1, period: 1000 } }))
    const end = longRunning(world, (id) => id.startsWith('long'))
    world.put(...jobsIn(PLAIN, 1, 'long'))
    await world.stream()
    const messages = world.takeWork()
    world.now += 50
    world.put(...jobsIn(shard(1), 1, 'next'))
    await world.stream()
    for (const message of messages) void world.work(message)
    await live(world, 120_000)
    expect(world.ran).toContain('next-0')
    end()
  })

  test('control: the start is made before the other shard looks', async () => {
    const world = new World(configOf({ concurrency: 8, shards: 2, rateLimit: { allowed: 1, period: 1000 } }))
    const end = longRunning(world, (id) => id.startsWith('long'))
    world.put(...jobsIn(shard(0), 1, 'long'))
    await deliver(world)
    world.now += 50
    world.put(...jobsIn(shard(1), 1, 'next'))
    await live(world, 5_000)
    expect(world.ran).toContain('next-0')
    end()
  })
})

describe('a wake-up that comes early by the clock of the one that gets it', () => {
  test.each([3000, 900])(
    'does not end the look for a start (%d ms early; clocks differ by less than 5 s)',
    async (early_ms) => {
      const world = new World(
        configOf({ concurrency: 8, shards: 2, rateLimit: { allowed: 1, period: 10_000 } }),
      )
      world.put(...jobsIn(shard(0), 1, 'first'))
      await world.settle()
      world.now += 100
      world.put(...jobsIn(shard(1), 1, 'next'))
      await world.settle()
      const { dueAt } = world.state(shard(1))
      if (dueAt === undefined) throw new Error('nobody will look')
      world.takeWakes()
      // The clock of the dispatcher that sent it is so far ahead of the one that gets it.
      world.now = dueAt - early_ms
      await wakeUp(world.context, { shard: shard(1), dueAt })
      await live(world, 240_000)
      expect(world.ran).toContain('next-0')
    },
  )
})
