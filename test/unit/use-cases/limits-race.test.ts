/** Limits that are set while passes are under way, or an earlier version's are taken over. */
import { describe, expect, test } from 'vitest'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { configOf } from '../../support/builders.ts'
import { ahead, setLimits } from '../../support/interleave.ts'
import { override } from '../../support/override.ts'
import { jobsIn, lent, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

describe('a limit that is set while a shard borrows', () => {
  test('a rate holds for it: when setLimits has returned, nothing more is admitted above the new limits', async () => {
    const world = new World(configOf({ concurrency: 8, shards: 4 }))
    world.put(...jobsIn(shard(0), 1))
    await world.settle()
    world.put(...jobsIn(shard(1), 4))
    ahead(world, 'writeBooks', () => setLimits(world, { rateLimit: { allowed: 1, period_ms: 60_000 } }))
    await world.pass(shard(1))
    expect(world.inFlight.length).toBeLessThanOrEqual(1)
  })

  test('control: the limit is set before the pass', async () => {
    const world = new World(configOf({ concurrency: 8, shards: 4 }))
    world.put(...jobsIn(shard(0), 1))
    await world.settle()
    world.put(...jobsIn(shard(1), 4))
    await setLimits(world, { rateLimit: { allowed: 1, period_ms: 60_000 } })
    await world.pass(shard(1))
    expect(world.inFlight.length).toBeLessThanOrEqual(1)
  })
})

describe('a limit that is lowered', () => {
  test('while a unit is about to be passed on: it goes to nobody', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 2 }))
    world.put(...jobsIn(shard(0), 1), ...jobsIn(shard(1), 1, 'other'))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    ahead(world, 'writeBooks', () => setLimits(world, { concurrency: 0 }))
    await world.work(message)
    expect(lent(world)).toBe(0)
    await world.settle()
    expect([world.ran.length, world.inFlight]).toEqual([1, []])
  })

  test('by somebody who dies then: what others have and do not use goes back, and to nobody', async () => {
    const world = new World(configOf({ concurrency: 4, shards: 3 }))
    world.put(...jobsIn(shard(0), 4))
    await world.settle()
    expect(lent(world)).toBe(4)
    const { states } = world.context.store
    await override({ states }, PLAIN, { concurrency: 1 })
    world.put(...jobsIn(shard(1), 2, 'next'))
    ahead(world, 'pass', async () => expect(lent(world)).toBe(1))
    await world.settle()
    expect([world.ran.length, world.mostAtOnce]).toEqual([6, expect.any(Number)])
  })
})

test('starts are lent under the version, although slots are endless', async () => {
  const world = new World(configOf({ shards: 3, rateLimit: { allowed: 2, period: 60_000 } }))
  world.put(...jobsIn(shard(2), 1, 'first'))
  await world.settle()
  world.put(...jobsIn(shard(0), 1), ...jobsIn(shard(1), 1, 'other'))
  ahead(world, 'writeBooks', () => world.pass(shard(1)))
  await world.pass(shard(0))
  expect(lent(world, 'starts')).toBe(2)
  expect(world.inFlight).toHaveLength(1)
})

describe('taking over what an earlier version has set', () => {
  const fromBefore = (): World => {
    const world = new World(configOf({ concurrency: 4, shards: 4 }))
    world.tables.earlierShards.set('crm', new Set([4]))
    for (const index of [0, 1, 2, 3]) {
      const pk = shard(index)
      const item = { ...emptyState(pk), initialised: true, version: 3, override: { concurrency: 3 } }
      world.tables.states.set(pk, item)
    }
    return world
  }

  test('does not undo a limit that was set meanwhile', async () => {
    const world = fromBefore()
    world.put(...jobsIn(shard(0), 4))
    ahead(world, 'writeBooks', () => setLimits(world, { concurrency: 0 }))
    await world.pass(shard(0))
    expect(world.state(PLAIN).override).toEqual({ concurrency: 0 })
    expect(world.inFlight).toEqual([])
  })

  test('does not bring back a limit that was taken away', async () => {
    const world = fromBefore()
    await setLimits(world, undefined)
    world.put(...jobsIn(shard(0), 4))
    await world.settle()
    expect(world.state(PLAIN).override).toBeUndefined()
  })

  test('before the fences of somebody who takes the limit away: it does not come back', async () => {
    const world = fromBefore()
    world.put(...jobsIn(shard(0), 4))
    ahead(world, 'fence', () => world.pass(shard(0)))
    await setLimits(world, undefined)
    await world.settle()
    expect(world.state(PLAIN).override).toBeUndefined()
    expect(world.jobs).toEqual([])
  })

  test('and lending by it, after the fences: the pass that has borrowed so loses', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 4 }))
    world.tables.earlierShards.set('crm', new Set([4]))
    for (const index of [0, 1, 2, 3]) {
      const item = {
        ...emptyState(shard(index)),
        initialised: true,
        version: 3,
        override: { concurrency: 8 },
      }
      world.tables.states.set(shard(index), item)
    }
    world.put(...jobsIn(shard(0), 1), ...jobsIn(shard(1), 9, 'many'))
    const { states } = world.context.store
    const { override } = states
    let late: Promise<unknown> | undefined
    let overrides = 0
    Object.assign(states, {
      override: async (...given: Parameters<typeof override>) => {
        // All fences are through: a pass borrows by what was taken over, and is about to write.
        if (overrides++ === 1) {
          let go = () => {}
          const written = new Promise<void>((resolve) => {
            go = resolve
          })
          ahead(world, 'pass', () => written)
          late = world.pass(shard(1))
          for (let n = 0; n < 200; n++) await Promise.resolve()
          const outcome = await override(...given)
          queueMicrotask(() => setTimeout(go, 0))
          return outcome
        }
        return override(...given)
      },
    })
    ahead(world, 'fence', () => world.pass(shard(0)))
    await setLimits(world, undefined)
    await late
    expect(world.inFlight.length).toBeLessThanOrEqual(2)
  })
})
