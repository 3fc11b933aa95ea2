import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const SHARDED = configOf({ concurrency: 20, shards: 4 })
const jobs = (pk: string, count: number, runAt = NOW) =>
  Array.from({ length: count }, (_, n) => jobItem({ id: `job-${n}`, pk: pk as ShardKey, runAt }))

describe('jobs in a shard without a share', () => {
  test.each([
    ['without a number', 'crm|acme'],
    ['with a number beyond', 'crm|acme|7'],
  ])('%s move to their homes and run within the limit', async (_name, pk) => {
    const world = new World(SHARDED)
    world.put(...jobs(pk, 60))
    await world.stream()
    expect(world.state(pk as ShardKey).slots).toEqual({})
    await world.stream()
    expect(world.inFlight.length).toBeLessThanOrEqual(20)
    await world.settle()
    expect(world.ran).toHaveLength(60)
    expect(new Set(world.ran).size).toBe(60)
    expect(world.jobs).toEqual([])
  })

  test('of a queue that has one shard run too', async () => {
    const world = new World(configOf({ concurrency: 2 }))
    world.put(...jobs('crm|acme|0', 5))
    await world.settle()
    expect(world.ran).toHaveLength(5)
  })

  test('move before they are due and run when they are', async () => {
    const world = new World(SHARDED)
    world.put(...jobs('crm|acme', 3, NOW + 5000))
    await world.live(60_000)
    expect(world.runs.map(({ at }) => at)).toEqual([NOW + 5000, NOW + 5000, NOW + 5000])
  })

  test('do not hide a malformed one among them', async () => {
    const world = new World(SHARDED)
    world.put(...jobs('crm|acme', 3), { ...jobItem({ id: 'bad', pk: 'crm|acme' as ShardKey }), task: 1 })
    await world.settle()
    expect([world.ran.length, world.dead.length, world.jobs]).toEqual([3, 1, []])
  })

  test('in thousands all find their homes', async () => {
    const world = new World(SHARDED)
    world.put(...jobs('crm|acme', 1500))
    await world.settle()
    expect(world.jobs).toEqual([])
    expect(world.ran).toHaveLength(1500)
  })
})
