/** The plain shard's item is gone, and with it what it knew of loans. */
import { describe, expect, test } from 'vitest'
import { configOf, NOW } from '../../support/builders.ts'
import { jobsIn, lent, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

describe('books that were lost', () => {
  const config = configOf({ concurrency: 4, shards: 4 })
  const claimed = async (): Promise<World> => {
    const world = new World(config)
    world.put(...jobsIn(shard(0), 2), ...jobsIn(shard(1), 2))
    await world.stream()
    world.tables.states.delete(PLAIN)
    return world
  }

  test('are restored by the shards that have something', async () => {
    const world = await claimed()
    world.put(...jobsIn(shard(0), 5, 'more-0'), ...jobsIn(shard(1), 5, 'more-1'))
    await world.stream()
    expect([lent(world), world.inFlight.length]).toEqual([4, 4])
    await world.settle()
    expect([world.ran.length, world.mostAtOnce, world.jobs]).toEqual([14, 4, []])
  })

  test('say what is out, so that nobody claims until the limit is kept again', async () => {
    const world = await claimed()
    const before = world.takeWork()
    world.put(...jobsIn(shard(2), 4))
    await world.stream()
    const beyond = world.inFlight.length
    world.put(...jobsIn(shard(0), 3, 'late-0'), ...jobsIn(shard(1), 3, 'late-1'))
    await world.stream()
    expect(world.inFlight).toHaveLength(beyond)
    for (const message of before) await world.work(message)
    expect(world.inFlight.length).toBeLessThanOrEqual(4)
    await world.settle()
    expect([world.ran.length, world.jobs, lent(world)]).toEqual([14, [], 4])
  })

  test('are not lost by going while shards have units', async () => {
    const world = new World(config)
    world.put(...jobsIn(shard(0), 1))
    await world.settle()
    const expiry = () => world.state(PLAIN).expiresAt ?? 0
    const first = expiry()
    world.now = NOW + 4 * 86_400_000
    world.put(...jobsIn(shard(0), 1, 'later'))
    await world.settle()
    expect(expiry()).toBeGreaterThan(first + 3 * 86_400)
  })
})
