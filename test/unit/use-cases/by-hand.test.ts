/** State items that people have written: overrides last, and what makes no sense is heard of. */
import { describe, expect, test } from 'vitest'
import { DamagedStateError } from '../../../lib/core/errors.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { asShard, configOf, jobItem, SHARD } from '../../support/builders.ts'
import { ahead } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const config = configOf({ concurrency: 2 })
const byHand = (world: World, part: object): void =>
  void world.tables.states.set(SHARD, { ...world.state(), ...part })

describe('an override', () => {
  test('that is written beside an expiry makes the next pass take that away', async () => {
    const world = new World(config)
    world.put(jobItem({ id: 'a' }))
    await world.settle()
    expect(world.state().expiresAt).toBeDefined()
    byHand(world, { override: { concurrency: 0 } })
    await world.pass()
    expect(world.state()).toMatchObject({ override: { concurrency: 0 } })
    expect(world.state().expiresAt).toBeUndefined()
  })

  test('that is written while a pass decides makes it look again', async () => {
    const world = new World(config)
    world.put(jobItem({ id: 'a' }))
    ahead(world, 'pass', async () => byHand(world, { override: { concurrency: 0 } }))
    await world.stream()
    expect(world.inFlight).toEqual([])
  })

  test('that is taken away leaves an item that goes when its time has come', async () => {
    const world = new World(config)
    const queue = config.queues['crm']
    if (!queue) throw new Error('no queue')
    await overrideLimits(world.context, queue, 'acme', { concurrency: 1 })
    expect(world.state().expiresAt).toBeUndefined()
    await overrideLimits(world.context, queue, 'acme', undefined)
    await world.wake()
    expect(world.state().expiresAt).toBeDefined()
  })

  test('that makes no sense stops its shard, is counted, and is over when it is mended', async () => {
    const world = new World(config)
    world.put(jobItem({ id: 'a' }))
    byHand(world, { overrideProblem: 'concurrency: expected number' })
    await world.stream()
    expect([world.inFlight, world.counted]).toEqual([[], [{ name: 'DamagedShards', value: 1 }]])
    const { overrideProblem: _, ...mended } = world.state()
    world.tables.states.set(SHARD, mended)
    await world.pass()
    expect(world.inFlight).toEqual(['a'])
  })
})

test('a state item that cannot be read is counted, not tried again and again, and its neighbours go on', async () => {
  const world = new World(config)
  const { states } = world.context.store
  const { read } = states
  Object.assign(states, {
    read: async (shard: string) => {
      if (shard === SHARD) throw new DamagedStateError('it is damaged')
      return read(asShard(shard))
    },
  })
  world.put(jobItem({ id: 'a' }), jobItem({ id: 'b', pk: asShard('crm|other') }))
  expect(await world.stream()).toEqual([])
  expect(world.inFlight).toEqual(['b'])
  expect(world.nextWake).toBeUndefined()
  expect(world.counted).toEqual([{ name: 'DamagedShards', value: 1 }])
})
