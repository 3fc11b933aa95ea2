/** A job that one configuration has room for and another has not: while both are at work, and while it runs. */
import { describe, expect, test } from 'vitest'
import { type Config, defineConfig } from '../../../lib/core/queue/config.ts'
import { ingest } from '../../../lib/use-cases/ingest.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const partition = { payload: 'customer' } as const
const allowing = (allowed: number): Config =>
  defineConfig({
    queues: { crm: { partition, concurrency: 3, costs: true, rateLimit: { allowed, period: '10s' } } },
  })
const byRegion = defineConfig({
  queues: {
    crm: { partition, rateLimit: { allowed: 9, period: '10s', partition: { payload: 'region' } } },
  },
})
const [SMALL, LARGE] = [allowing(10), allowing(100)]
const DEAR = { ...jobItem({ id: 'dear' }), cost: 50 }

const deploy = (world: World, config: Config, isAlone = true): void => {
  Object.assign(world.context, { config })
  world.isAlone = isAlone
}

describe('while a deploy is under way', () => {
  test.each([
    ['costs more than the rate of an older function', SMALL, DEAR],
    ['has no value for the rule of a newer one, which is rolled back', byRegion, jobItem({ id: 'dear' })],
  ])('a job that %s is left to another, which runs it', async (_, other, item) => {
    const world = new World(other)
    deploy(world, other, false)
    world.put(item)
    await world.live(1000)
    expect([world.dead, world.jobs, world.ran]).toEqual([[], [item], []])
    deploy(world, LARGE)
    await world.sweep()
    await world.live(1000)
    expect(world.ran).toEqual(['dear'])
  })

  test('it is refused when that has ended, with the reason', async () => {
    const world = new World(SMALL)
    deploy(world, SMALL, false)
    world.put(DEAR)
    await world.live(1000)
    deploy(world, SMALL)
    await world.sweep()
    await world.live(1000)
    expect(world.dead).toMatchObject([{ error: expect.stringContaining('costs 50 could never start') }])
  })
})

describe('an event that asks for a job of more than the rate allows', () => {
  const body = JSON.stringify({
    id: 'e1',
    time: new Date(NOW).toISOString(),
    detail: { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, cost: 50 },
  })

  test('comes again, for a newer function may have a larger one, and not after a day', async () => {
    const world = new World(SMALL)
    await expect(ingest(world.context, body, 'm1', NOW)).rejects.toThrow('could never start')
    expect(world.dead).toEqual([])
    await ingest(world.context, body, 'm1', NOW - 86_400_000)
    expect(world.dead).toHaveLength(1)
  })

  test('makes it in a newer function', async () => {
    const world = new World(LARGE)
    await ingest(world.context, body, 'm1', NOW)
    expect(world.jobs).toMatchObject([{ cost: 50 }])
  })
})

describe('a job that runs while a deploy makes it impossible', () => {
  test.each([
    ['by a pass over its shard', jobItem({ id: 'other' })],
    ['because its handler has changed its item', { ...DEAR, progress: 7 }],
  ])('is not refused %s', async (_, arrival) => {
    const world = new World(LARGE)
    const end = longRunning(world, (id) => id === 'dear')
    world.put(DEAR)
    await deliver(world)
    deploy(world, SMALL)
    world.put(arrival)
    await deliver(world)
    expect([world.ran, world.dead]).toEqual([['dear'], []])
    end()
    await live(world, 20_000)
    expect([world.jobs, world.dead, world.inFlight]).toEqual([[], [], []])
  })
})
