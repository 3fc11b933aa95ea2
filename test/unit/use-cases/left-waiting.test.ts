/** Whoever was about to look dies, fails or comes too early: no job waits beside an idle slot until a handler ends. */
import { describe, expect, test } from 'vitest'
import type { Config } from '../../../lib/core/queue/config.ts'
import { configOf, NOW } from '../../support/builders.ts'
import { ahead, deliver, dieOf, live, longRunning } from '../../support/interleave.ts'
import { jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const use = (world: World, config: Config) => Object.assign(world.context, { config })

describe('a pass that frees a slot looks at the line afterwards', () => {
  test('and gives its unit to a shard that has entered it since the books were read', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 2, retry: { attempts: 1 } }))
    world.put(...jobsIn(shard(0), 1))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    await dieOf(world, [message])
    world.now = NOW + 3_600_000
    ahead(world, 'pass', async () => {
      world.put(...jobsIn(shard(1), 1, 'other'))
      await world.stream()
    })
    await world.pass(shard(0))
    await live(world, 240_000)
    expect(world.ran).toContain('other-0')
  })

  test('control: the other shard comes after the pass', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 2, retry: { attempts: 1 } }))
    world.put(...jobsIn(shard(0), 1))
    await world.stream()
    await dieOf(world, world.takeWork())
    world.now = NOW + 3_600_000
    await world.pass(shard(0))
    world.put(...jobsIn(shard(1), 1, 'other'))
    await live(world, 5_000)
    expect(world.ran).toContain('other-0')
  })
})

describe('books that could not be settled after a pass of the plain shard', () => {
  test('are settled by the wake-up that it leaves', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 2 }))
    const end = longRunning(world, (id) => id.startsWith('long'))
    world.put(...jobsIn(PLAIN, 1, 'long'), ...jobsIn(shard(1), 1, 'short'))
    await world.stream()
    const messages = world.takeWork()
    const [short] = messages.filter(({ pk }) => pk === shard(1))
    const [long] = messages.filter(({ pk }) => pk === PLAIN)
    if (!short || !long) throw new Error('no message')
    void world.work(long)
    world.put(...jobsIn(PLAIN, 1, 'waits'))
    ahead(world, 'writeBooks', () => Promise.reject(new Error('throttled')))
    await world.stream()
    expect(world.heard('books not settled')).toHaveLength(1)
    world.now += 2000
    await deliver(world)
    expect(Object.keys(world.state(PLAIN).books?.slots.line ?? {})).toEqual(['plain'])
    await world.work(short)
    for (let n = 0; n < 2; n++) {
      await world.sweep()
      await live(world, 300_000)
    }
    expect(world.ran).toContain('waits-0')
    end()
  })
})

describe('what the sweep finds', () => {
  async function bothBusy(world: World): Promise<void> {
    world.put(...jobsIn(shard(0), 1, 'long-a'), ...jobsIn(shard(1), 1, 'long-b'))
    await deliver(world)
    world.put(...jobsIn(shard(0), 3, 'wait-a'), ...jobsIn(shard(1), 3, 'wait-b'))
    await deliver(world)
  }

  test('a higher concurrency that a deploy has brought: "the deploy\'s own sweep, at the deploy\'s end"', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 2 }))
    const end = longRunning(world, (id) => id.startsWith('long'))
    await bothBusy(world)
    use(world, configOf({ concurrency: 8, shards: 2 }))
    await world.sweep()
    await live(world, 300_000)
    await world.sweep()
    await live(world, 300_000)
    expect(world.ran).toContain('wait-a-0')
    end()
  })

  test('a unit whose wake-up was lost, of a shard that has another job in flight', async () => {
    const world = new World(configOf({ concurrency: 3, shards: 2 }))
    const end = longRunning(world, (id) => id.startsWith('long'))
    world.put(
      ...jobsIn(shard(0), 1, 'long-a'),
      ...jobsIn(shard(1), 1, 'long-b'),
      ...jobsIn(PLAIN, 1, 'short'),
    )
    await world.stream()
    const messages = world.takeWork()
    const short = messages.find(({ pk }) => pk === PLAIN)
    for (const message of messages) if (message !== short) void world.work(message)
    world.put(...jobsIn(shard(1), 3, 'wait-b'))
    await deliver(world)
    if (!short) throw new Error('no message')
    // The worker's time is over when it has given the slot away, so it sends a wake-up, which is lost.
    world.remaining_ms = 10_000
    await world.work(short)
    expect(world.takeWakes().map((wake) => wake.shard)).toEqual([shard(1)])
    world.remaining_ms = 14 * 60_000
    for (let n = 0; n < 2; n++) {
      world.now += 90_000
      await world.sweep()
      await live(world, 210_000)
    }
    expect(world.ran).toContain('wait-b-0')
    end()
  })
})

describe('a dispatcher that dies between its pass and the line', () => {
  test('the batch that comes back makes up for it', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 2 }))
    const end = longRunning(world, (id) => id.startsWith('long'))
    world.put(...jobsIn(shard(0), 1, 'long'), ...jobsIn(shard(1), 1, 'short'))
    await world.stream()
    const messages = world.takeWork()
    const short = messages.find(({ pk }) => pk === shard(1))
    for (const message of messages) if (message !== short) void world.work(message)
    if (!short) throw new Error('no message')
    const [job] = jobsIn(shard(0), 1, 'waits')
    if (!job) throw new Error('no job')
    world.put(job)
    const never = new Promise<void>(() => {})
    ahead(world, 'writeBooks', () => never)
    void world.stream()
    for (let n = 0; n < 500; n++) await Promise.resolve()
    // Lambda calls the function again with the same batch.
    world.now += 1000
    world.put(job)
    await world.stream()
    await world.work(short)
    await live(world, 60_000)
    for (let n = 0; n < 2; n++) {
      await world.sweep()
      await live(world, 300_000)
    }
    expect(world.ran).toContain('waits-0')
    end()
  })
})

describe('a round that fails after the worker has taken a job', () => {
  test('leaves nobody behind that was sent away', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    world.remaining_ms = 600_000
    world.put(...jobsIn(PLAIN, 2))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    const { states } = world.context.store
    const { pass, read } = states
    Object.assign(states, {
      pass: async (...given: Parameters<typeof pass>) => {
        Object.assign(states, { pass })
        // It sees that somebody looks, and goes away.
        world.put(...jobsIn(PLAIN, 1, 'third'))
        await world.stream()
        const outcome = await pass(...given)
        Object.assign(states, {
          read: async () => {
            Object.assign(states, { read })
            throw new Error('throttled')
          },
        })
        return outcome
      },
    })
    await world.work(message)
    await world.settle()
    await live(world, 30_000)
    expect(world.ran).toContain('third-0')
  })
})

test('a visit that lasts, for others keep writing the shard, ends and leaves a wake-up', async () => {
  const world = new World(configOf({ concurrency: 1, shards: 1 }))
  world.put(...jobsIn(PLAIN, 1))
  const { states } = world.context.store
  const { pass } = states
  let passes = 0
  Object.assign(states, {
    pass: async () => {
      passes++
      world.now += 2000
      return { kind: 'conflict' }
    },
  })
  await world.stream()
  expect(passes).toBeLessThanOrEqual(3)
  Object.assign(states, { pass })
  await world.live(5000)
  expect(world.ran).toHaveLength(1)
})

describe('a reply that is lost when books are settled', () => {
  test('all shards that were served are visited', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 3, retry: { attempts: 1 } }))
    world.put(...jobsIn(shard(0), 2, 'dies'))
    await world.stream()
    await dieOf(world, world.takeWork())
    const end = longRunning(world, (id) => id.startsWith('one'))
    world.put(...jobsIn(shard(1), 1, 'one'), ...jobsIn(shard(2), 1, 'two'))
    await world.stream()
    world.now = NOW + 3_600_000
    world.takeWakes()
    const { states } = world.context.store
    const { writeBooks } = states
    Object.assign(states, {
      writeBooks: async (...given: Parameters<typeof writeBooks>) => {
        const served = given[1].loans.filter(({ is, borrower }) => is && borrower !== '0')
        if (served.length < 2) return writeBooks(...given)
        Object.assign(states, { writeBooks })
        await writeBooks(...given)
        // The reply is lost. Before the SDK sends the request again, a second job arrives in one of the shards.
        await world.pass(shard(1))
        return writeBooks(...given)
      },
    })
    await world.pass(shard(0))
    await live(world, 60_000)
    expect(world.ran).toContain('two-0')
    end()
  })
})
