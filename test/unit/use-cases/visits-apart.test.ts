/** Visits that keep each other from getting anywhere come apart, and functions of two versions do not go round. */
import { describe, expect, test } from 'vitest'
import { wakeUp } from '../../../lib/use-cases/wake-up.ts'
import { configOf } from '../../support/builders.ts'
import { jobsIn, lent, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

describe('a visit that loses all the time leaves a wake-up', () => {
  function losing(): World {
    const world = new World(configOf({ concurrency: 1 }))
    world.put(...jobsIn(PLAIN, 1))
    Object.assign(world.context.store.states, { pass: async () => ({ kind: 'conflict' }) })
    return world
  }

  test('after a second, if the job has just come', async () => {
    const world = losing()
    await world.pass(PLAIN)
    expect(world.nextWake).toBe(world.now + 1000)
  })

  test('and later, if a wake-up had brought it', async () => {
    const world = losing()
    await wakeUp(world.context, { shard: PLAIN })
    expect(world.nextWake).toBe(world.now + 5000)
  })
})

describe('units above a limit that a deploy lowers', () => {
  /** What of 30 idle units is out after a visit by a function that knows a limit of 1. */
  async function leftAfterVisit(isAlone: boolean): Promise<number> {
    const before = new World(configOf({ concurrency: 60, shards: 60 }))
    for (let n = 0; n < 30; n++) before.put(...jobsIn(shard(n), 1))
    await before.settle()
    expect(lent(before)).toBe(30)
    const after = new World(configOf({ concurrency: 1, shards: 60 }))
    Object.assign(after.tables, { jobs: before.tables.jobs, states: before.tables.states })
    after.isAlone = isAlone
    after.put(...jobsIn(shard(40), 1))
    await after.pass(shard(40))
    return lent(after)
  }

  test('come back visit by visit while functions of another version may lend them again', async () => {
    const left = await leftAfterVisit(false)
    expect(left).toBeLessThan(30)
    // A second look, for it has come to stand in the line, is the last one.
    expect(left).toBeGreaterThanOrEqual(30 - 2 * 8)
  })

  test('come back immediately if nobody else decides', async () => {
    expect(await leftAfterVisit(true)).toBeLessThanOrEqual(1)
  })
})
