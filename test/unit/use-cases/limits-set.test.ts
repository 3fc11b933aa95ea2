/** A limit is changed at run time while shards have units, and while passes are under way. */
import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { Config } from '../../../lib/core/queue/config.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { configOf } from '../../support/builders.ts'
import { override } from '../../support/override.ts'
import { jobsIn, lent, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 4, shards: 4 })

/** What `setLimits` does. Nobody has been woken yet when it returns. */
async function setLimits(
  world: World,
  limits: LimitOverride | undefined,
  config: Config = CONFIG,
): Promise<void> {
  const queue = config.queues['crm']
  if (!queue) throw new Error('no queue')
  await overrideLimits(world.context, queue, 'acme', limits)
}

/** Somebody sets a limit while a pass has read the shard and its owner, and is reading the jobs. */
function whileJobsAreRead(world: World, action: () => Promise<void>): void {
  const { jobs } = world.context.store
  const { range } = jobs
  Object.assign(jobs, {
    range: async (...given: Parameters<typeof range>) => {
      Object.assign(jobs, { range })
      await action()
      return range(...given)
    },
  })
}

describe('a limit that is lowered', () => {
  test('admits nothing above it, and what runs ends', async () => {
    const world = new World(CONFIG)
    world.put(...jobsIn(shard(0), 6, 'a'), ...jobsIn(shard(1), 6, 'b'))
    await world.stream()
    const messages = world.takeWork()
    await setLimits(world, { concurrency: 2 })
    await world.wake()
    expect(world.inFlight).toHaveLength(4)
    const inFlight: number[] = []
    for (const message of messages) {
      await world.work(message)
      await world.wake()
      inFlight.push(world.inFlight.length)
    }
    expect(inFlight).toEqual([3, 2, 2, 2])
    await world.settle()
    expect([world.ran.length, world.jobs]).toEqual([12, []])
  })

  test.each([PLAIN, shard(0)])(
    'lets no pass claim by the old one that has read it before: %s',
    async (pk) => {
      const world = new World(CONFIG)
      world.put(...jobsIn(pk, 6, 'a'))
      whileJobsAreRead(world, () => setLimits(world, { concurrency: 1 }))
      await world.pass(pk)
      expect(world.inFlight).toHaveLength(1)
    },
  )

  test('lets no pass claim into units that its shard already has', async () => {
    const world = new World(CONFIG)
    world.put(...jobsIn(shard(0), 4, 'first'))
    await world.settle()
    expect([lent(world), world.inFlight]).toEqual([4, []])
    world.put(...jobsIn(shard(0), 6, 'a'))
    whileJobsAreRead(world, () => setLimits(world, { concurrency: 1 }))
    await world.pass(shard(0))
    expect(world.inFlight).toHaveLength(1)
  })

  test('between the two reads of a pass holds for it', async () => {
    const world = new World(CONFIG)
    world.put(...jobsIn(shard(0), 4, 'first'))
    await world.settle()
    const { states } = world.context.store
    const { read } = states
    Object.assign(states, {
      read: async (key: ShardKey) => {
        Object.assign(states, { read })
        const first = await read(key)
        await setLimits(world, { concurrency: 1 })
        return first
      },
    })
    world.put(...jobsIn(shard(0), 6, 'a'))
    await world.pass(shard(0))
    expect(world.inFlight).toHaveLength(1)
  })

  test('has what is to spare come back', async () => {
    const world = new World(CONFIG)
    world.put(...jobsIn(shard(0), 2, 'a'), ...jobsIn(shard(1), 2, 'b'))
    await world.settle()
    expect(lent(world)).toBe(4)
    await setLimits(world, { concurrency: 1 })
    await world.settle()
    expect(lent(world)).toBeLessThanOrEqual(1)
  })

  test('is obeyed by whoever comes by, if the one who set it has died after the first write', async () => {
    const world = new World(CONFIG)
    world.put(...jobsIn(shard(0), 2, 'a'), ...jobsIn(shard(1), 2, 'b'))
    await world.settle()
    await override(world.context.store, PLAIN, { concurrency: 1 })
    world.put(...jobsIn(shard(2), 5, 'c'), ...jobsIn(shard(0), 5, 'd'))
    await world.stream()
    expect(world.inFlight).toHaveLength(1)
    await world.settle()
    expect([world.ran.length, world.jobs]).toEqual([14, []])
  })
})

describe('a limit that is raised', () => {
  test('is used immediately by all that wait', async () => {
    const world = new World(CONFIG)
    await setLimits(world, { concurrency: 1 })
    world.put(...jobsIn(shard(0), 5, 'a'), ...jobsIn(shard(1), 5, 'b'), ...jobsIn(PLAIN, 5, 'c'))
    await world.stream()
    expect(world.inFlight).toHaveLength(1)
    await setLimits(world, { concurrency: 9 })
    while ((await world.wake()) > 0);
    expect(world.inFlight).toHaveLength(9)
  })
})

describe('a pause', () => {
  test('is for all shards, and its end finds those that wait in the line', async () => {
    const world = new World(CONFIG)
    await setLimits(world, { concurrency: 0 })
    world.put(...[0, 1, 2, 9999].flatMap((index) => jobsIn(shard(index), 5, `in-${index}`)))
    world.put(...jobsIn(PLAIN, 5, 'plain'))
    await world.settle()
    await world.sweep()
    await world.settle()
    expect(world.ran).toEqual([])
    await setLimits(world, undefined)
    await world.settle()
    expect([world.ran.length, world.mostAtOnce, world.jobs]).toEqual([25, 4, []])
  })

  test('leaves units in the shards, which need not borrow again afterwards', async () => {
    const world = new World(CONFIG)
    world.put(...jobsIn(shard(0), 4, 'a'))
    await world.stream()
    await setLimits(world, { concurrency: 0 })
    await world.settle()
    world.put(...jobsIn(shard(0), 4, 'b'), ...jobsIn(shard(1), 4, 'c'))
    await world.settle()
    expect(world.ran).toHaveLength(4)
    await setLimits(world, undefined)
    await world.settle()
    expect([world.ran.length, world.mostAtOnce, world.jobs]).toEqual([12, 4, []])
  })
})
