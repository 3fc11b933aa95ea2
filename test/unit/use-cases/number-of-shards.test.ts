/** The number of shards says where a job is put, and nothing else depends on it. */
import { describe, expect, test } from 'vitest'
import { newJob } from '../../../lib/core/job/new-job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { Config } from '../../../lib/core/queue/config.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { configOf, jobItem, NOW, value } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const sharded = (shards: number): Config => configOf({ concurrency: 20, shards })
const deploy = (world: World, config: Config): void => void Object.assign(world.context, { config })
const jobsIn = (pk: string, count: number, runAt = NOW) =>
  Array.from({ length: count }, (_, n) =>
    jobItem({ id: `${pk.replaceAll('|', '.')}-${n}`, pk: pk as ShardKey, runAt }),
  )

/** As a client would put them that has this configuration. */
function putAtHome(world: World, config: Config, count: number, name: string): void {
  for (let n = 0; n < count; n++) {
    const input = { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, id: `${name}-${n}` }
    world.put(value(newJob(config, input, world.now)))
  }
}

/** By a client that has this configuration. */
async function setLimits(world: World, config: Config, limits: LimitOverride | undefined): Promise<void> {
  const queue = config.queues['crm']
  if (!queue) throw new Error('no queue')
  await overrideLimits(world.context, queue, 'acme', limits)
  await world.wake()
}

describe('a limit that was set at run time', () => {
  test.each([0, 1, 3])('of %d survives any change of the number of shards, and back', async (concurrency) => {
    const world = new World(sharded(1))
    await setLimits(world, sharded(1), { concurrency })
    for (const [round, shards] of [1, 10, 2, 50, 1].entries()) {
      deploy(world, sharded(shards))
      putAtHome(world, sharded(shards), 12, `round-${round}`)
      await world.stream()
      await world.wake()
      expect(world.inFlight).toHaveLength(concurrency)
      await world.settle()
    }
    expect(world.mostAtOnce).toBe(concurrency)
    expect(world.jobs).toHaveLength(concurrency === 0 ? 60 : 0)
  })

  test('by a client with an older configuration holds as well', async () => {
    const world = new World(sharded(10))
    putAtHome(world, sharded(10), 30, 'job')
    await setLimits(world, sharded(1), { concurrency: 2 })
    await world.stream()
    expect(world.inFlight).toHaveLength(2)
  })

  test('and is lifted by one with a newer configuration does not come back with the older', async () => {
    const world = new World(sharded(1))
    await setLimits(world, sharded(1), { concurrency: 1 })
    await setLimits(world, sharded(10), undefined)
    putAtHome(world, sharded(1), 30, 'job')
    await world.stream()
    expect(world.inFlight).toHaveLength(20)
  })
})

describe('jobs in a shard', () => {
  const places = ['crm|acme', 'crm|acme|0', 'crm|acme|7', 'crm|acme|9999']

  test.each(places.flatMap((pk) => [1, 4].map((shards) => [pk, shards] as const)))(
    '%s run where they lie, if the configuration has %d',
    async (pk, shards) => {
      const world = new World(sharded(shards))
      const put = jobsIn(pk, 60)
      world.put(...put)
      await world.stream()
      expect(Object.keys(world.state(pk as ShardKey).slots)).toHaveLength(20)
      expect(world.jobs).toEqual(put)
      await world.settle()
      expect([new Set(world.ran).size, world.mostAtOnce, world.jobs]).toEqual([60, 20, []])
    },
  )

  test('of any number share the limit with all the others', async () => {
    const world = new World(sharded(4))
    world.put(...places.flatMap((pk) => jobsIn(pk, 30)))
    await world.stream()
    expect(world.inFlight).toHaveLength(20)
    await world.settle()
    expect([world.ran.length, world.mostAtOnce, world.jobs]).toEqual([120, 20, []])
  })

  test('that the configuration does not have wait until they are due', async () => {
    const world = new World(sharded(1))
    world.put(...jobsIn('crm|acme|9', 3, NOW + 5000))
    await world.live(60_000)
    expect(world.attempts.map(({ at }) => at)).toEqual([NOW + 5000, NOW + 5000, NOW + 5000])
  })

  test('that were paused under another number run when the pause is over, without a sweep', async () => {
    const world = new World(sharded(1))
    await setLimits(world, sharded(1), { concurrency: 0 })
    putAtHome(world, sharded(1), 15, 'one')
    await world.settle()
    deploy(world, sharded(10))
    putAtHome(world, sharded(10), 15, 'ten')
    await world.settle()
    expect(world.ran).toEqual([])
    await setLimits(world, sharded(10), undefined)
    await world.settle()
    expect([world.ran.length, world.jobs]).toEqual([30, []])
  })

  test('that a deploy un-pauses are found by the sweep', async () => {
    const world = new World(configOf({ concurrency: 0 }))
    putAtHome(world, sharded(1), 15, 'one')
    await world.settle()
    deploy(world, sharded(5))
    await world.sweep()
    await world.settle()
    expect([world.ran.length, world.jobs]).toEqual([15, []])
  })
})

test('of what once was no item is made', async () => {
  const world = new World(sharded(1))
  world.tables.earlierShards.set('crm', new Set([1, 10, 1000]))
  world.put(...jobsIn('crm|acme', 1))
  await world.settle()
  expect([world.ran.length, [...world.tables.states.keys()]]).toEqual([1, ['crm|acme']])
})
