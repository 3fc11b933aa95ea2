import { describe, expect, test, vi } from 'vitest'
import { asShard, configOf, jobItem, NOW, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

describe('a job', () => {
  test('arrives, is claimed, runs once, and leaves nothing behind', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    world.put(jobItem({ id: 'a' }))
    expect(await world.stream()).toEqual([])
    const [message] = world.takeWork()
    expect(message).toMatchObject({ pk: SHARD, sk: jobItem({ id: 'a' }).sk })
    expect(world.inFlight).toEqual(['a'])
    if (message) await world.work(message)
    expect(world.ran).toEqual(['a'])
    expect([world.jobs, world.inFlight, world.dead, world.takeWork()]).toEqual([[], [], [], []])
  })

  test('of a queue without limits runs too', async () => {
    const world = new World(configOf({ shards: 1 }))
    world.put(...[...'abc'].map((id) => jobItem({ id })))
    await world.settle()
    expect(world.ran.sort()).toEqual(['a', 'b', 'c'])
  })

  test('delivered twice by the stream runs once', async () => {
    const world = new World(configOf({ concurrency: 2 }))
    world.put(jobItem({ id: 'a' }), jobItem({ id: 'a' }))
    await world.settle()
    expect(world.ran).toEqual(['a'])
  })

  test('whose message is delivered twice simultaneously runs once', async () => {
    const world = new World(configOf({ concurrency: 2 }))
    world.put(jobItem({ id: 'a' }))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    await Promise.all([world.work(message), world.work(message, true)])
    await world.work(message, true)
    expect(world.ran).toEqual(['a'])
  })

  test('taken out of the table before it starts does not run, and its slot is free', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    world.put(jobItem({ id: 'a' }))
    await world.stream()
    world.tables.jobs.clear()
    await world.settle()
    expect([world.ran, world.inFlight]).toEqual([[], []])
  })

  test('changed into nonsense before it starts is refused, and its slot is free', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
    await world.stream()
    world.put({ ...jobItem({ id: 'a' }), task: 7 })
    await world.settle()
    expect(world.ran).toEqual(['b'])
    expect(world.inFlight).toEqual([])
    expect(world.dead).toMatchObject([{ reason: 'refused' }])
  })
})

describe('many jobs of a partition', () => {
  const ids = Array.from({ length: 30 }, (_, n) => `job-${String(n).padStart(2, '0')}`)

  test.each([
    ['by message', 60_000],
    ['in the same invocation', 900_000],
  ])('run one after the other in their order, handed on %s', async (_how, remaining_ms) => {
    const world = new World(configOf({ concurrency: 1 }))
    world.remaining_ms = remaining_ms
    world.put(...ids.toReversed().map((id) => jobItem({ id })))
    await world.settle()
    expect(world.ran).toEqual(ids)
    expect(world.mostAtOnce).toBe(1)
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('are handed on without a message where time allows, and by message where it does not', async () => {
    for (const [remaining_ms, messages] of [
      [900_000, 0],
      [60_000, 1],
    ] as const) {
      const world = new World(configOf({ concurrency: 1 }))
      world.remaining_ms = remaining_ms
      world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
      await world.stream()
      const [first] = world.takeWork()
      if (first) await world.work(first)
      expect(world.takeWork()).toHaveLength(messages)
      expect(world.ran).toEqual(messages ? ['a'] : ['a', 'b'])
    }
  })

  test('are handed on with the write that frees the slot', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    const release = vi.spyOn(world.context.store.states, 'release')
    const passes = vi.spyOn(world.context.store.states, 'pass')
    world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
    await world.stream()
    const [first] = world.takeWork()
    if (first) await world.work(first)
    expect(world.inFlight).toEqual(['b'])
    expect([passes.mock.calls.length, release.mock.calls.length]).toEqual([2, 0])
  })

  test('that come while the slot is taken are found by the worker that frees it', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    world.put(jobItem({ id: 'a' }))
    await world.stream()
    world.handler = async ({ id }) => {
      if (id === 'a') world.put(jobItem({ id: 'b' }))
      await world.stream()
      return { kind: 'succeeded' }
    }
    const [first] = world.takeWork()
    if (first) await world.work(first)
    expect(world.inFlight).toEqual(['b'])
  })

  test('fill all slots and no more', async () => {
    const world = new World(configOf({ concurrency: 4 }))
    world.put(...ids.map((id) => jobItem({ id })))
    await world.stream()
    expect(world.takeWork()).toHaveLength(4)
    await world.pass()
    expect(world.inFlight).toHaveLength(4)
  })

  test('start in the order of priority, time and id', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    world.remaining_ms = 900_000
    const inOrder = [
      jobItem({ id: 'z', priority: 0 }),
      jobItem({ id: 'y', priority: 4, runAt: NOW - 5 }),
      jobItem({ id: 'b', priority: 4 }),
      jobItem({ id: 'c', priority: 4 }),
      jobItem({ id: 'a', priority: 9, runAt: 0 }),
    ]
    world.put(...inOrder.toReversed())
    await world.settle()
    expect(world.ran).toEqual(['z', 'y', 'b', 'c', 'a'])
  })

  test('do not hold up another partition', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    world.put(...ids.map((id) => jobItem({ id })), jobItem({ id: 'other', pk: asShard('crm|other') }))
    await world.stream()
    expect(world.takeWork().map(({ pk }) => pk)).toEqual([SHARD, 'crm|other'])
  })

  test('twins, of the same id, run one after the other', async () => {
    const world = new World(configOf({ concurrency: 5 }))
    world.put(...[0, 1, 2, 3].map((n) => jobItem({ id: 'a', runAt: NOW - n })), jobItem({ id: 'b' }))
    await world.settle()
    expect(world.ran.filter((id) => id === 'a')).toHaveLength(4)
    expect(world.jobs).toEqual([])
  })
})
