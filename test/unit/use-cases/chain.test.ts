/** How long an invocation goes on with the jobs of one shard. */
import { describe, expect, test } from 'vitest'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const jobs = (count: number) => Array.from({ length: count }, (_, n) => jobItem({ id: `job-${n}` }))

describe('an invocation', () => {
  test('hands on within itself for five seconds, then by message, so that others get the worker', async () => {
    const world = new World(configOf({ concurrency: 1, timeout: '10s' }))
    world.remaining_ms = 900_000
    world.handler = async () => {
      world.now += 2000
      return { kind: 'succeeded' }
    }
    world.put(...jobs(10))
    await world.stream()
    const [message] = world.takeWork()
    if (message) await world.work(message)
    expect(world.attempts.map(({ at }) => at - NOW)).toEqual([0, 2000, 4000])
    expect(world.takeWork()).toHaveLength(1)
  })

  test('gives a job back, with nothing spent, if the pass that took it left it too little time', async () => {
    const world = new World(configOf({ concurrency: 1, timeout: '10s' }))
    world.remaining_ms = 14_000
    const { states } = world.context.store
    const { pass } = states
    Object.assign(states, {
      pass: (...args: Parameters<typeof pass>) => {
        if (world.attempts.length > 0) world.remaining_ms = 5000
        return pass(...args)
      },
    })
    world.put(...jobs(2))
    await world.stream()
    const [message] = world.takeWork()
    if (message) await world.work(message)
    expect(world.ran).toEqual(['job-0'])
    Object.assign(states, { pass })
    world.remaining_ms = 60_000
    await world.settle()
    expect(world.attempts.map(({ id, attempt }) => `${id} ${attempt}`)).toEqual(['job-0 1', 'job-1 1'])
  })
})

test('a job that arrives while the last of a backlog is taken is not left to the sweep', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.remaining_ms = 900_000
  world.put(...jobs(2))
  await world.stream()
  const { states } = world.context.store
  const { pass } = states
  Object.assign(states, {
    // The worker has read that no other job is there, and has not said so yet.
    pass: async (...args: Parameters<typeof pass>) => {
      Object.assign(states, { pass })
      world.put(jobItem({ id: 'late' }))
      await world.stream()
      return pass(...args)
    },
  })
  await world.settle()
  expect(world.ran).toEqual(['job-0', 'job-1', 'late'])
})
