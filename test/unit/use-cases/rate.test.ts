import { describe, expect, test } from 'vitest'
import { visitOf } from '../../../lib/core/shard/expiry.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const limited = (allowed: number, margin = 0) =>
  configOf({ concurrency: 10, shards: 1, rateLimit: { allowed, period: '10s', margin } })
const jobs = (count: number) => Array.from({ length: count }, (_, n) => jobItem({ id: `job-${n}` }))

describe('a rate limit', () => {
  test('starts so many, then waits for the window, to the second', async () => {
    const world = new World(limited(2))
    world.put(...jobs(5))
    await world.live(60_000)
    expect(world.attempts.map(({ at }) => at - NOW)).toEqual([15, 15, 10_015, 10_015, 20_015])
  })

  test('remembers starts that were handed on in the same invocation', async () => {
    const world = new World(limited(2))
    world.remaining_ms = 900_000
    world.put(...jobs(5))
    await world.live(60_000)
    expect(world.attempts.map(({ at }) => at - NOW)).toEqual([15, 15, 10_015, 10_015, 20_015])
  })

  test('keeps the item of a shard for as long as its starts are remembered, and a week', async () => {
    const world = new World(limited(2))
    world.put(...jobs(1))
    await world.live(60_000)
    expect(visitOf(world.state().expiresAt ?? 0)).toBeGreaterThanOrEqual(NOW + 10_000)
  })

  test('counts a claim until it starts, however late', async () => {
    const world = new World(limited(1))
    world.put(...jobs(2))
    await world.stream()
    const [message] = world.takeWork()
    world.now += 30_000
    await world.pass()
    expect(world.takeWork()).toEqual([])
    if (message) await world.work(message)
    await world.live(60_000)
    expect(world.attempts.map(({ at }) => at - NOW)).toEqual([30_015, 40_015])
  })

  test.each([0, 1, 5])(
    'with a margin of %d ms outlives a database that is slower than that',
    async (margin) => {
      const world = new World(limited(1, margin))
      const { states } = world.context.store
      const { start, remember } = states
      let written = 0
      const slowly =
        <Args extends unknown[], Result>(write: (...args: Args) => Promise<Result>) =>
        async (...args: Args) => {
          world.now += 20
          if (++written > 20) throw new Error('it writes without end')
          return write(...args)
        }
      Object.assign(states, { start: slowly(start), remember: slowly(remember) })
      world.put(...jobs(1))
      await world.settle()
      expect(world.ran).toHaveLength(1)
    },
  )

  test('with a window shorter than writes take records starts ahead of them, and goes round in no circles', async () => {
    const world = new World(configOf({ concurrency: 10, minInterval: '100ms' }))
    const { states } = world.context.store
    const { start, remember } = states
    let written = 0
    const slowly =
      <Args extends unknown[], Result>(write: (...args: Args) => Promise<Result>) =>
      async (...args: Args) => {
        world.now += 150
        if (++written > 40) throw new Error('it writes without end')
        return write(...args)
      }
    Object.assign(states, { start: slowly(start), remember: slowly(remember) })
    world.put(...jobs(3))
    await world.live(10_000)
    expect([written, world.ran.length]).toEqual([3, 3])
  })

  test('counts a start that came late where the handler began', async () => {
    const world = new World(limited(1))
    const { states } = world.context.store
    const { start } = states
    Object.assign(states, {
      start: async (...args: Parameters<typeof start>) => {
        world.now += 3000
        return start(...args)
      },
    })
    world.put(...jobs(2))
    await world.live(60_000)
    const [first = 0, second = 0] = world.attempts.map(({ at }) => at)
    expect(second - first).toBeGreaterThanOrEqual(10_000)
  })

  test('does not let a handler begin when half the time is over for which its start is remembered', async () => {
    const world = new World(limited(1))
    const { states } = world.context.store
    const { start, remember } = states
    let slow = true
    Object.assign(states, {
      start: async (...args: Parameters<typeof start>) => {
        const outcome = await start(...args)
        if (slow) world.now += 5500
        slow = false
        return outcome
      },
      remember: async (...args: Parameters<typeof remember>) => remember(...args),
    })
    world.put(...jobs(1))
    await world.stream()
    for (const message of world.takeWork()) await world.work(message)
    expect(world.ran).toEqual([])
    await world.live(60_000)
    expect(world.ran).toHaveLength(1)
  })

  test('leaves half of its margin to clocks that differ: a start later than the other half is counted again', async () => {
    const world = new World(limited(1, 200))
    const { states } = world.context.store
    const { start } = states
    Object.assign(states, {
      start: async (...args: Parameters<typeof start>) => {
        const outcome = await start(...args)
        world.now += 15 + 150
        return outcome
      },
    })
    world.put(...jobs(1))
    await world.settle()
    expect(world.ran).toHaveLength(1)
    expect(Object.keys(world.state().window)).toHaveLength(2)
  })
})
