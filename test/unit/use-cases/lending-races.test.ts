/** What happens to units while somebody sets a limit, an item is damaged, a visit fails, or books grow old. */
import { describe, expect, test } from 'vitest'
import { deleteJob } from '../../../lib/adapters/memory/tables.ts'
import type { WorkMessage } from '../../../lib/ports/queues.ts'
import { wakeUp } from '../../../lib/use-cases/wake-up.ts'
import { configOf, NOW } from '../../support/builders.ts'
import { ahead, dieOf, setLimits } from '../../support/interleave.ts'
import { damage, jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 4, shards: 4 })
const DAY_MS = 86_400_000

const lowerTo = (world: World, concurrency: number): Promise<void> => setLimits(world, { concurrency })

describe('a limit that is lowered', () => {
  test('holds for a shard that has borrowed and that nobody has visited before', async () => {
    const world = new World(CONFIG)
    world.put(...jobsIn(shard(0), 4))
    ahead(world, 'pass', () => lowerTo(world, 1))
    await world.pass(shard(0))
    expect(world.inFlight).toHaveLength(1)
    await world.settle()
    expect([world.ran.length, world.jobs]).toEqual([4, []])
  })

  test('holds for a shard that is about to fetch what another has', async () => {
    const world = new World(CONFIG)
    // An item with a limit of its own stays, so nothing but the limit tells that another was set.
    await lowerTo(world, 3)
    world.put(...jobsIn(shard(0), 4))
    await world.settle()
    world.put(...jobsIn(shard(1), 4))
    ahead(world, 'recordBorrowed', () => lowerTo(world, 1))
    await world.pass(shard(1))
    expect(world.inFlight.length).toBeLessThanOrEqual(1)
    await world.settle()
    expect([world.ran.length, world.jobs]).toEqual([8, []])
  })
})

test('a shard whose item is damaged stops no other that looks for units', async () => {
  const world = new World(CONFIG)
  world.put(...jobsIn(shard(0), 2), ...jobsIn(shard(1), 2))
  await world.settle()
  damage(world, shard(0))
  world.put(...jobsIn(shard(2), 3, 'more'))
  await world.settle()
  expect([world.ran.length, world.jobs]).toEqual([7, []])
  expect(world.heard('shard damaged').map((event) => event.shard)).toContain(shard(0))
})

describe('a shard that has got a unit is woken', () => {
  /** One slot, and a worker that is about to give it to the other shard and look again. */
  async function beforeGiving(): Promise<{ world: World; message: WorkMessage }> {
    const world = new World(configOf({ concurrency: 1, shards: 2 }))
    world.put(...jobsIn(shard(0), 2), ...jobsIn(shard(1), 1, 'other'))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    world.takeWakes()
    return { world, message }
  }

  /** Something happens as soon as the unit is given. */
  function whenGiven(world: World, action: () => void): void {
    const { states } = world.context.store
    const { writeBooks } = states
    Object.assign(states, {
      writeBooks: async (...[owner, write]: Parameters<typeof writeBooks>) => {
        const outcome = await writeBooks(owner, write)
        if (write.loans.some(({ borrower, is }) => borrower === '1' && is)) action()
        return outcome
      },
    })
  }

  test('although the visit that gave it fails afterwards', async () => {
    const { world, message } = await beforeGiving()
    const { states } = world.context.store
    const { read } = states
    whenGiven(world, () => {
      const fails = async () => {
        Object.assign(states, { read })
        throw new Error('a read fails')
      }
      Object.assign(states, { read: fails })
    })
    await expect(world.work(message)).rejects.toThrow('a read fails')
    expect(world.takeWakes().map((wake) => wake.shard)).toContain(shard(1))
  })

  test('although a newer configuration has come, and the wake-up that gave it comes again', async () => {
    const { world, message } = await beforeGiving()
    // The worker dies, and a wake-up finds its slot.
    await dieOf(world, [message])
    world.now = NOW + 3_600_000
    world.takeWakes()
    whenGiven(world, () => {
      world.isReplaced = true
    })
    await expect(wakeUp(world.context, { shard: shard(0) })).rejects.toThrow('newer configuration')
    expect(world.takeWakes().map((wake) => wake.shard)).toContain(shard(1))
  })
})

test('a shard that leaves the line late does not lose the place that it needs meanwhile', async () => {
  const world = new World(configOf({ concurrency: 1, shards: 2 }))
  world.put(...jobsIn(shard(0), 1), ...jobsIn(shard(1), 1, 'other'))
  await world.stream()
  const [message] = world.takeWork()
  if (!message) throw new Error('no message')
  const [job] = world.jobs.filter(({ pk }) => pk === shard(1))
  if (!job) throw new Error('no job')
  deleteJob(world.tables, job)
  ahead(world, 'writeBooks', async () => {
    world.put(...jobsIn(shard(1), 1, 'next'))
    await world.stream()
  })
  await world.pass(shard(1))
  await world.work(message)
  await world.settle()
  expect([world.ran.length, world.jobs]).toEqual([2, []])
})

describe('books', () => {
  const slow = configOf({
    concurrency: 4,
    shards: 4,
    rateLimit: { allowed: 10, period: '30d' },
  })

  test('are kept for as long as a start that was made by them is remembered', async () => {
    const world = new World(slow)
    world.put(...jobsIn(PLAIN, 1))
    await world.settle()
    const asked = world.state(PLAIN).expiresAt ?? 0
    expect(asked * 1000).toBeGreaterThan(NOW + 30 * DAY_MS)
    world.put(...jobsIn(shard(0), 1))
    await world.settle()
    expect(world.state(PLAIN).expiresAt).toBeGreaterThanOrEqual(asked)
  })

  test('are renewed before a start that is made now could outlive them', async () => {
    const world = new World(slow)
    world.put(...jobsIn(shard(0), 2))
    await world.settle()
    world.now = NOW + 31 * DAY_MS
    world.put(...jobsIn(shard(0), 1, 'later'))
    await world.settle()
    expect((world.state(PLAIN).expiresAt ?? 0) * 1000).toBeGreaterThan(NOW + 61 * DAY_MS)
  })
})
