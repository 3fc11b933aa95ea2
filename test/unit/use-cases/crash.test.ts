import { describe, expect, test } from 'vitest'
import type { WorkMessage } from '../../../lib/ports/queues.ts'
import { asId, configOf, jobItem, NOW } from '../../support/builders.ts'
import { dieOf } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1, retry: { attempts: 2, backoff: 1000, jitter: 0 } })

/** A world whose worker died in the handler of its first job, and the message that it had. */
async function afterCrash(): Promise<{ world: World; message: WorkMessage }> {
  const world = new World(CONFIG)
  world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
  await world.stream()
  const [message] = world.takeWork()
  if (!message) throw new Error('no message')
  await dieOf(world, [message])
  expect(world.inFlight).toEqual(['a'])
  return { world, message }
}

describe('a worker that died', () => {
  test('keeps its slot until its attempt is certainly over', async () => {
    const { world, message } = await afterCrash()
    world.now = NOW + 60_000
    await world.work(message, true)
    await world.pass()
    expect(world.ran).toEqual(['a'])
    expect(world.inFlight).toEqual(['a'])
  })

  test('is found by the redelivery of its message: the job counts as failed, the next one runs', async () => {
    const { world, message } = await afterCrash()
    world.now = NOW + 66_000
    await world.work(message, true)
    await world.live(10_000)
    expect(world.attempts.map(({ id, attempt }) => `${id}${attempt}`)).toEqual(['a1', 'b1', 'a2'])
    expect([world.jobs, world.inFlight, world.dead]).toEqual([[], [], []])
  })

  test('is found by the sweep where the message does not come back', async () => {
    const { world } = await afterCrash()
    expect(await world.sweep()).toBe(0)
    world.now = NOW + 66_000
    expect(await world.sweep()).toBe(1)
    await world.live(10_000)
    expect(world.ran).toEqual(['a', 'b', 'a'])
  })

  test('over and over leaves a dead letter that says so', async () => {
    const { world } = await afterCrash()
    world.handler = () => Promise.reject(new Error('killed'))
    for (let minute = 0; minute < 10; minute++) {
      world.now += 66_000
      await world.sweep()
      await world.settle().catch(() => undefined)
    }
    expect(world.dead.length).toBe(2)
    expect(world.dead[0]?.error).toContain('the worker stopped before the handler finished')
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('after it deleted the job gives back its slot, and the job does not run again', async () => {
    const { world, message } = await afterCrash()
    await world.context.store.jobs.remove({ pk: message.pk, sk: message.sk })
    world.now = NOW + 66_000
    await world.work(message, true)
    await world.settle()
    expect(world.ran).toEqual(['a', 'b'])
    expect([world.inFlight, world.dead]).toEqual([[], []])
  })
})

describe('a claim whose message was lost', () => {
  async function afterLoss(): Promise<{ world: World; lost: WorkMessage }> {
    const world = new World(CONFIG)
    world.put(jobItem({ id: 'a' }))
    await world.stream()
    const [lost] = world.takeWork()
    if (!lost) throw new Error('no message')
    return { world, lost }
  }

  test('is sent again a minute later with the same token', async () => {
    const { world, lost } = await afterLoss()
    world.now = NOW + 59_999
    await world.pass()
    expect(world.takeWork()).toEqual([])
    world.now = NOW + 60_000
    expect(await world.sweep()).toBe(1)
    await world.wake()
    expect(world.takeWork()).toEqual([{ ...lost, startAt: NOW }])
    await world.pass()
    expect(world.takeWork()).toEqual([])
  })

  test.each([
    ['original', false],
    ['copy', true],
  ])('runs once where the %s comes first', async (_first, copyFirst) => {
    const { world, lost } = await afterLoss()
    world.now = NOW + 60_000
    await world.pass()
    const [copy] = world.takeWork()
    if (!copy) throw new Error('no copy')
    for (const message of copyFirst ? [copy, lost] : [lost, copy]) await world.work(message)
    expect(world.ran).toEqual(['a'])
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('because sending failed is sent again as well', async () => {
    const world = new World(CONFIG)
    const send = world.context.work.send
    Object.assign(world.context.work, { send: () => Promise.reject(new Error('SQS is down')) })
    world.put(jobItem({ id: 'a' }))
    expect(await world.stream()).toEqual([])
    Object.assign(world.context.work, { send })
    world.now = NOW + 60_000
    await world.sweep()
    await world.settle()
    expect(world.ran).toEqual(['a'])
  })

  test('does not keep a worker from the job that it has taken for itself', async () => {
    const world = new World(configOf({ concurrency: 2 }))
    world.remaining_ms = 900_000
    world.put(...[...'abcd'].map((id) => jobItem({ id })))
    await world.stream()
    const [first, second] = world.takeWork()
    if (!first || !second) throw new Error('no messages')
    const { pk, token } = second
    await world.context.store.states.release(pk, { id: asId('b'), token, jobStands: true })
    Object.assign(world.context.work, { send: () => Promise.reject(new Error('SQS is down')) })
    await world.work(first)
    expect(world.ran.slice(0, 2)).toEqual(['a', 'b'])
    expect(world.inFlight).toContain('c')
  })
})

test('a database that fails while the next job is taken does not make anybody lose that job', async () => {
  const world = new World(configOf({ concurrency: 2 }))
  world.remaining_ms = 900_000
  world.put(...[...'abc'].map((id) => jobItem({ id })))
  await world.stream()
  const [first, second] = world.takeWork()
  if (!first || !second) throw new Error('no messages')
  const { states } = world.context.store
  const pass = states.pass.bind(states)
  // As if `b` had been released between this pass's reading and its writing: it goes round again, and that fails.
  Object.assign(states, {
    pass: async (...args: Parameters<typeof pass>) => {
      Object.assign(states, {
        pass: () => Promise.reject(new Error('throttled')),
        read: () => Promise.reject(new Error('throttled')),
      })
      const outcome = await pass(...args)
      if (outcome.kind !== 'written') return outcome
      return { kind: 'written' as const, state: { ...outcome.state, waiting: true, slots: {} } }
    },
  })
  await world.work(first).catch(() => undefined)
  expect(world.ran).toEqual(['a', 'c'])
})
