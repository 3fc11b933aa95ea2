/** Capacity flows to where the work is, and with it the invocation of a worker. */
import { describe, expect, test } from 'vitest'
import type { JobId, ShardKey } from '../../../lib/core/keys.ts'
import { SLOTS_OF_A_SMALL_ITEM } from '../../../lib/core/limits/in-force.ts'
import { configOf, NOW } from '../../support/builders.ts'
import { jobsIn, lent, nameOf, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const slotsOf = (world: World, pk: ShardKey): number => Object.keys(world.state(pk).slots).length
const jobsInFlight = (world: World, pk: ShardKey): string[] => Object.keys(world.state(pk).slots)
const RATE = { allowed: 6, period: 10_000, margin: 0 }

describe('one of ten shards that has all the work', () => {
  const config = configOf({ concurrency: 10, shards: 10 })

  test('gets the whole limit', async () => {
    const world = new World(config)
    world.put(...jobsIn(shard(4), 30))
    await world.stream()
    expect(slotsOf(world, shard(4))).toBe(10)
  })

  test('gets the whole limit in one visit, however large that is, and however busy it has been', async () => {
    const world = new World(configOf({ concurrency: 70, shards: 10 }))
    world.put(...jobsIn(shard(4), 90))
    await world.stream()
    expect(slotsOf(world, shard(4))).toBe(70)
  })

  test('gets in one visit all that others have and do not use', async () => {
    const world = new World(configOf({ concurrency: 60, shards: 10 }))
    for (let index = 0; index < 10; index++) world.put(...jobsIn(shard(index), 20, `first-${index}`))
    await world.settle()
    world.put(...jobsIn(shard(4), 90))
    await world.stream()
    expect(slotsOf(world, shard(4))).toBe(60)
  })

  test.each([shard(4), PLAIN])('gets what the others have borrowed and do not use: %s', async (pk) => {
    const world = new World(config)
    for (let index = 0; index < 10; index++) world.put(...jobsIn(shard(index), 1, `first-${index}`))
    await world.settle()
    expect(lent(world)).toBe(10)
    world.put(...jobsIn(pk, 30))
    await world.stream()
    expect(slotsOf(world, pk)).toBe(10)
  })

  test('gets the whole rate, of which every start counts where it was made', async () => {
    const world = new World(configOf({ rateLimit: RATE, shards: 10 }))
    for (let index = 0; index < 4; index++) world.put(...jobsIn(shard(index), 1, `first-${index}`))
    await world.settle()
    world.put(...jobsIn(shard(7), 30))
    await world.live(60_000)
    expect(world.ran).toHaveLength(34)
    const starts = world.attempts.map(({ at }) => at)
    for (const end of starts)
      expect(starts.filter((at) => at > end - RATE.period && at <= end).length).toBeLessThanOrEqual(
        RATE.allowed,
      )
  })
})

describe('a shard', () => {
  test('that has no more work gives its unit to one that waits', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 2 }))
    world.put(...jobsIn(shard(0), 2), ...jobsIn(shard(1), 2))
    await world.stream()
    const [one, ...others] = world.takeWork()
    if (!one) throw new Error('nothing was claimed')
    expect([slotsOf(world, shard(0)), slotsOf(world, shard(1))]).toEqual([2, 0])
    await world.work(one)
    await world.wake()
    expect([slotsOf(world, shard(0)), slotsOf(world, shard(1))]).toEqual([1, 1])
    expect(others).toHaveLength(1)
  })

  test('with a backlog shares its unit with one that waits, turn by turn', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 3 }))
    world.put(...[0, 1, 2].flatMap((index) => jobsIn(shard(index), 6)))
    await world.settle()
    expect([world.ran.length, world.mostAtOnce]).toEqual([18, 1])
    const firstNine = world.ran.slice(0, 9)
    for (const index of [0, 1, 2])
      expect(firstNine.filter((id) => id.startsWith(nameOf(shard(index)))).length).toBeGreaterThanOrEqual(2)
  })

  test('that waits for the plain one is served by it, and the other way round', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 2 }))
    world.put(...jobsIn(PLAIN, 5), ...jobsIn(shard(1), 5))
    await world.settle()
    expect([world.ran.length, world.mostAtOnce]).toEqual([10, 1])
    const kinds = world.ran.slice(0, 6).map((id) => id.startsWith(nameOf(shard(1))))
    expect(kinds.filter(Boolean)).toHaveLength(3)
  })

  test('of an unlimited partition borrows once and never again', async () => {
    const world = new World(configOf({}))
    const { states } = world.context.store
    const { writeBooks, recordBorrowed } = states
    let writes = 0
    Object.assign(states, {
      writeBooks: (...given: Parameters<typeof writeBooks>) => {
        writes++
        return writeBooks(...given)
      },
      recordBorrowed: (...given: Parameters<typeof recordBorrowed>) => {
        writes++
        return recordBorrowed(...given)
      },
    })
    for (let round = 0; round < 5; round++)
      for (const index of [3, 55]) {
        world.put(...jobsIn(shard(index), 40, `round-${round}-${index}`))
        await world.settle()
      }
    expect(world.ran).toHaveLength(400)
    expect(writes).toBe(2)
    // For four others, too, that have not asked yet.
    expect(lent(world)).toBe((2 + 4) * SLOTS_OF_A_SMALL_ITEM)
  })
})

describe('a shard that comes to stand in the line looks once more, for another may have freed a unit meanwhile', () => {
  test.each([
    ['with its first pass', undefined],
    ['with a pass that has nothing to write', { initialised: true, version: 1, waiting: true }],
  ])('%s', async (_what, before) => {
    const world = new World(configOf({ concurrency: 1, shards: 2 }))
    world.put(...jobsIn(shard(0), 1))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('nothing was claimed')
    if (before) world.tables.states.set(shard(1), { ...world.state(shard(1)), ...before })
    const { states } = world.context.store
    const { writeBooks } = states
    Object.assign(states, {
      writeBooks: async (...given: Parameters<typeof writeBooks>) => {
        Object.assign(states, { writeBooks })
        await world.work(message)
        return writeBooks(...given)
      },
    })
    world.put(...jobsIn(shard(1), 1))
    await world.pass(shard(1))
    expect([world.ran.length, slotsOf(world, shard(1))]).toEqual([1, 1])
  })
})

test('the plain shard does not lend what it has just claimed', async () => {
  const world = new World(configOf({ concurrency: 3, shards: 2 }))
  world.put(...jobsIn(shard(0), 2), ...jobsIn(shard(1), 5))
  await world.stream()
  expect([slotsOf(world, shard(0)), slotsOf(world, shard(1))]).toEqual([2, 1])
  const ended = world.takeWork().find(({ pk }) => pk === shard(0))
  if (!ended) throw new Error('nothing was claimed')
  const { states } = world.context.store
  const owner = world.state(PLAIN)
  const loan = owner.books?.slots.loans['0']
  if (!loan) throw new Error('nothing was lent')
  await states.release(shard(0), { id: jobsInFlight(world, shard(0))[0] as JobId, token: ended.token })
  await states.recordBorrowed(world.state(shard(0)), { slots: { id: loan.id, got: 2, returned: 1 } })
  const change = { resource: 'slots' as const, borrower: '0', was: loan, is: { ...loan, returned: 1 } }
  await states.writeBooks(owner, { loans: [change], line: [], isLending: false, expiresAt: 1 })
  world.put(...jobsIn(PLAIN, 1))
  await world.pass(PLAIN)
  expect([slotsOf(world, PLAIN), lent(world)]).toEqual([1, 2])
})

describe('of units that lie with a shard', () => {
  const idle = async (): Promise<World> => {
    const world = new World(configOf({ concurrency: 4, shards: 2 }))
    world.put(...jobsIn(shard(0), 4))
    await world.settle()
    expect(lent(world)).toBe(4)
    world.put(...jobsIn(shard(1), 9))
    return world
  }

  test('another that has work gets all, if it has none itself', async () => {
    const world = await idle()
    await world.stream()
    expect(slotsOf(world, shard(1))).toBe(4)
  })

  test('another gets half, if it has work for them itself', async () => {
    const world = await idle()
    world.tables.states.set(shard(0), { ...world.state(shard(0)), waiting: true })
    await world.stream()
    expect(slotsOf(world, shard(1))).toBe(2)
  })
})

describe('a worker whose shard gives way', () => {
  test('goes on with the other shard’s job in the same invocation', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 2 }))
    world.remaining_ms = 600_000
    world.put(...jobsIn(shard(0), 1), ...jobsIn(shard(1), 1))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('nothing was claimed')
    await world.work(message)
    expect(world.ran).toEqual([`${nameOf(shard(0))}-0`, `${nameOf(shard(1))}-0`])
    expect([world.takeWork(), world.inFlight, world.jobs]).toEqual([[], [], []])
  })

  test('does so although all that the other shard knows of is in use', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 2 }))
    world.remaining_ms = 600_000
    world.put(...jobsIn(shard(0), 1), ...jobsIn(shard(1), 2))
    await world.stream()
    const message = world.takeWork().find(({ pk }) => pk === shard(0))
    if (!message) throw new Error('nothing was claimed')
    await world.work(message)
    expect(world.ran).toEqual([`${nameOf(shard(0))}-0`, `${nameOf(shard(1))}-1`])
  })

  test('runs one job of the other, and leaves what that one serves to others', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 3 }))
    world.remaining_ms = 600_000
    world.put(...[0, 1, 2].flatMap((index) => jobsIn(shard(index), 2)))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('nothing was claimed')
    await world.work(message)
    await world.settle()
    expect([world.ran.length, world.mostAtOnce, world.jobs]).toEqual([6, 1, []])
  })

  test('leaves it to another worker if it has no time for it', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 2 }))
    world.put(...jobsIn(shard(0), 1), ...jobsIn(shard(1), 1))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('nothing was claimed')
    await world.work(message)
    await world.wake()
    expect([world.ran, world.inFlight]).toEqual([[`${nameOf(shard(0))}-0`], [`${nameOf(shard(1))}-0`]])
  })
})

test('a shard whose books cannot be settled is looked at again a second later', async () => {
  const world = new World(configOf({ concurrency: 1, shards: 2 }))
  world.put(...jobsIn(shard(0), 1))
  await world.stream()
  const { states } = world.context.store
  Object.assign(states, { writeBooks: () => Promise.reject(new Error('throttled')) })
  world.put(...jobsIn(shard(1), 1))
  await world.pass(shard(1))
  expect(world.nextWake).toBeLessThanOrEqual(NOW + 1000)
})
