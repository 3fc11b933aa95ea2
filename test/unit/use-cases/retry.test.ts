import { describe, expect, test } from 'vitest'
import { asShard, configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const RETRY = { attempts: 3, backoff: 1000, factor: 2, jitter: 0 }
const failing = (config = configOf({ concurrency: 1, retry: RETRY })): World => {
  const world = new World(config)
  world.handler = async ({ attempt }) => ({ kind: 'failed', error: `Error: no ${attempt}` })
  return world
}

describe('a job that fails', () => {
  test('is tried again with backoff, and in the end is a dead letter with its last error', async () => {
    const world = failing()
    world.put({ ...jobItem({ id: 'a' }), note: 'mine' })
    await world.live(60_000)
    expect(world.attempts).toEqual([
      { id: 'a', at: NOW, attempt: 1 },
      { id: 'a', at: NOW + 1000, attempt: 2 },
      { id: 'a', at: NOW + 3000, attempt: 3 },
    ])
    expect([world.jobs, world.inFlight]).toEqual([[], []])
    expect(world.dead).toMatchObject([
      { pk: expect.stringMatching(/^dead\|crm\|/), reason: 'exhausted', error: 'Error: no 3' },
    ])
    expect(JSON.parse(world.dead[0]?.job ?? '')).toMatchObject({ task: 'sync', attempt: 3, note: 'mine' })
  })

  test('and then succeeds is no dead letter', async () => {
    const world = failing()
    world.handler = async ({ attempt }) =>
      attempt < 3 ? { kind: 'failed', error: 'no' } : { kind: 'succeeded' }
    world.put(jobItem({ id: 'a' }))
    await world.live(60_000)
    expect(world.attempts).toHaveLength(3)
    expect([world.jobs, world.dead]).toEqual([[], []])
  })

  test('leaves its slot to the next while it waits', async () => {
    const world = failing()
    world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
    await world.settle()
    expect(world.ran).toEqual(['a', 'b'])
    expect(world.inFlight).toEqual([])
  })

  test('without a backoff is tried again as soon as a wake-up comes, within a second', async () => {
    const world = failing(configOf({ concurrency: 1, retry: { attempts: 20, backoff: 0 } }))
    world.put(jobItem({ id: 'a' }))
    await world.live(20_000)
    expect(world.attempts).toHaveLength(20)
    expect(world.dead).toHaveLength(1)
  })

  test('in a sharded partition is tried again in its shard', async () => {
    const world = failing(configOf({ concurrency: 20, shards: 2, retry: RETRY }))
    world.put(jobItem({ id: 'a', pk: asShard('crm|acme|0') }))
    await world.live(60_000)
    expect(world.attempts).toHaveLength(3)
    expect(world.dead).toHaveLength(1)
  })
})

test('a job that its worker refuses is a dead letter immediately', async () => {
  const world = new World(configOf({ concurrency: 1, retry: RETRY }))
  world.handler = async ({ id }) =>
    id === 'a' ? { kind: 'refused', reason: 'payload: no' } : { kind: 'succeeded' }
  world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
  await world.settle()
  expect(world.ran).toEqual(['a', 'b'])
  expect(world.dead).toMatchObject([{ reason: 'refused', error: 'payload: no' }])
  expect([world.jobs, world.inFlight]).toEqual([[], []])
})
