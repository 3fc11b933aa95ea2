/** What others cost a shard: reads that do not grow, and no unit for a shard whose item is damaged. */
import { describe, expect, test } from 'vitest'
import { configOf, NOW } from '../../support/builders.ts'
import { deliver, longRunning, setLimits } from '../../support/interleave.ts'
import { damage, jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

describe('cost', () => {
  test('a hand-off in a shard of a spread partition reads what it can claim and one more', async () => {
    const world = new World(configOf({ concurrency: 10, shards: 2 }))
    world.now = NOW + 60_000
    world.put(...jobsIn(shard(0), 40, 'a'), ...jobsIn(shard(1), 40, 'b'))
    await world.stream()
    const messages = world.takeWork()
    let read = 0
    const { jobs } = world.context.store
    const { range } = jobs
    Object.assign(jobs, {
      range: async (query: Parameters<typeof range>[0]) => {
        const page = await range(query)
        read += page.items.length
        return page
      },
    })
    // As if all had the same, and some had ended already.
    for (const message of messages) await world.work(message)
    read = 0
    for (let n = 0; n < 3; n++) for (const message of world.takeWork()) await world.work(message)
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    read = 0
    await world.work(message)
    expect(read).toBeLessThanOrEqual(4)
  })

  test('a hand-off in a shard that has all that it can get reads the books once', async () => {
    const world = new World(configOf({}))
    world.put(...jobsIn(shard(0), 60))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    world.remaining_ms = 600_000
    const { states } = world.context.store
    const { read } = states
    let reads = 0
    Object.assign(states, {
      read: async (...[key]: Parameters<typeof read>) => {
        if (key === PLAIN) reads++
        return read(key)
      },
    })
    await world.work(message)
    expect(world.ran.length).toBeGreaterThan(40)
    expect(reads).toBeLessThanOrEqual(world.ran.length + 2)
  })

  test('an arrival while more is out than a lowered limit allows reads a fixed number of items', async () => {
    const world = new World(configOf({ shards: 60 }))
    const end = longRunning(world, () => true)
    for (let n = 0; n < 50; n++) world.put(...jobsIn(shard(n), 1, `long-${n}`))
    await deliver(world)
    await setLimits(world, { concurrency: 2 })
    await deliver(world)
    world.put(...jobsIn(shard(55), 1, 'first'))
    await deliver(world)
    let reads = 0
    const { states } = world.context.store
    const { read } = states
    Object.assign(states, {
      read: async (...given: Parameters<typeof read>) => {
        reads++
        return read(...given)
      },
    })
    world.put(...jobsIn(shard(55), 1, 'second'))
    await deliver(world)
    expect(reads).toBeLessThanOrEqual(12)
    end()
  })
})

describe('a damaged item stops its own shard', () => {
  test('and gets no unit that another could use', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 2 }))
    world.put(...jobsIn(shard(0), 6), ...jobsIn(shard(1), 1, 'other'))
    await world.stream()
    damage(world, shard(1))
    await world.settle()
    for (let n = 0; n < 3; n++) {
      world.now += 300_000
      await world.sweep()
      await world.settle()
    }
    expect(world.ran).toHaveLength(6)
  })
})

describe('a damaged plain shard', () => {
  test('is the one that is named', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 2 }))
    world.put(...jobsIn(shard(0), 1))
    damage(world, PLAIN)
    await world.stream()
    expect(world.heard('shard damaged').map((event) => event.shard)).toEqual([PLAIN])
  })
})
