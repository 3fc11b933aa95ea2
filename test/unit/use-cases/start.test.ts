/** Between the start on record and the handler. */
import { describe, expect, test } from 'vitest'
import { wakeUp } from '../../../lib/use-cases/wake-up.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const failing = (world: World, verb: 'get' | 'range', times: number): void => {
  const { jobs } = world.context.store
  const original = jobs[verb] as (...args: unknown[]) => Promise<unknown>
  let left = times
  Object.assign(jobs, {
    [verb]: (...args: unknown[]) => (left-- > 0 ? Promise.reject(new Error('throttled')) : original(...args)),
  })
}

describe('a job whose reading fails after its start was written', () => {
  test('goes back with nothing spent, and runs', async () => {
    const world = new World(configOf({ concurrency: 1, retry: { attempts: 1 } }))
    world.put(jobItem({ id: 'a' }))
    await world.stream()
    failing(world, 'get', 1)
    for (const message of world.takeWork()) await world.work(message)
    expect([world.ran, world.dead]).toEqual([[], []])
    await world.settle()
    expect(world.attempts).toMatchObject([{ id: 'a', attempt: 1 }])
    expect([world.jobs, world.dead]).toEqual([[], []])
  })

  test('gives its slot back even if the pass for that fails', async () => {
    const world = new World(configOf({ concurrency: 1, retry: { attempts: 1 } }))
    world.put(jobItem({ id: 'a' }))
    await world.stream()
    failing(world, 'get', 1)
    failing(world, 'range', 1)
    for (const message of world.takeWork()) await expect(world.work(message)).rejects.toThrow('throttled')
    expect(world.inFlight).toEqual([])
    await world.pass()
    await world.settle()
    expect(world.attempts).toMatchObject([{ id: 'a', attempt: 1 }])
  })
})

test('a handler that changes an attribute of its own item has run all the same, once', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  const job = { ...jobItem({ id: 'a' }), progress: 0 }
  world.put(job)
  world.handler = async () => {
    world.tables.jobs.get(job.pk)?.set(job.sk, { ...job, progress: 50 })
    return { kind: 'succeeded' }
  }
  await world.settle()
  expect(world.ran).toEqual(['a'])
  expect(world.jobs).toEqual([])
})

test('a wake-up that comes too early while all slots are taken is not taken for one that is still to come', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.put(jobItem({ id: 'now' }), jobItem({ id: 'later', runAt: NOW + 30_000 }))
  await world.stream()
  const { dueAt } = world.state()
  world.put(jobItem({ id: 'second' }))
  await world.stream()
  expect(dueAt).toBe(NOW + 30_000)
  const [message] = world.takeWork()
  world.now += 26_000
  const early = world.takeWakes()
  expect(early).toMatchObject([{ dueAt: NOW + 30_000 }])
  world.now += 500
  if (early[0]) await wakeUp(world.context, early[0])
  expect(world.state().dueAt).toBeUndefined()
  if (message) await world.work(message)
  expect(world.takeWakes()).toMatchObject([{ dueAt: NOW + 30_000 }])
})

test('a pass that may have written a time without knowing sends its wake-up after the conflict', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  const { states } = world.context.store
  const { pass } = states
  let passes = 0
  Object.assign(states, {
    pass: async (...[state, change]: Parameters<typeof pass>) => {
      const outcome = await pass(state, change)
      if (passes++ > 0) return outcome
      // The reply is lost, somebody else writes, and then the SDK sends the call again.
      const now = world.state()
      await pass(now, { ...change, mark: 'of another', ...(now.dueAt ? { dueAt: now.dueAt } : {}) })
      return { kind: 'conflict', isUncertain: true }
    },
  })
  world.put(jobItem({ id: 'later', runAt: NOW + 10_000 }))
  await world.stream()
  expect(world.takeWakes()).toMatchObject([{ dueAt: NOW + 10_000 }])
})

describe('a start that takes so long that the handler would not have its time', () => {
  test('goes back with nothing spent, and runs in another invocation', async () => {
    const world = new World(configOf({ concurrency: 1, timeout: '30s', retry: { attempts: 1 } }))
    world.put(jobItem({ id: 'a' }))
    await world.stream()
    const { states } = world.context.store
    const { start } = states
    states.start = (...args) => {
      world.remaining_ms = 20_000
      return start(...args)
    }
    for (const message of world.takeWork()) await world.work(message)
    expect([world.ran, world.dead, world.inFlight]).toEqual([[], [], ['a']])
    states.start = start
    world.remaining_ms = 60_000
    await world.settle()
    expect(world.attempts).toMatchObject([{ id: 'a', attempt: 1 }])
    expect([world.jobs, world.dead]).toEqual([[], []])
  })

  test('runs if no invocation would have more', async () => {
    const world = new World(configOf({ concurrency: 1, timeout: '30s' }))
    world.remaining_ms = 20_000
    world.put(jobItem({ id: 'a' }))
    await world.settle()
    expect(world.ran).toEqual(['a'])
  })
})
