/** A job that somebody cancels ends as cancelled, whatever it does at the moment, unless it succeeds. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { cancelJob } from '../../../lib/use-cases/operate/cancel-job.ts'
import { redrive } from '../../../lib/use-cases/operate/redrive.ts'
import { asId, configOf, jobItem, NOW, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const FAILED: TaskOutcome = { kind: 'failed', error: 'Error: no' }
const MARK = { by: 'ann', reason: 'no use', at: NOW }
const letters = (world: World) => world.dead.map(({ reason, error }) => [reason, error])
const BY_ANN = 'cancelled by ann: no use'
const LETTER = ['cancelled', BY_ANN]

const worldOf = (attempts = 3) => new World(configOf({ concurrency: 1, retry: { attempts, backoff: '1s' } }))
const idOf = ({ sk }: { readonly sk: string }) => asId(sk.split('#')[2] ?? '')
const cancel = (world: World, item: JobItem = jobItem()) =>
  cancelJob(world.context, { shard: item.pk, id: idOf(item), sk: item.sk }, MARK)

/** Its handler runs until the test says what it comes to. */
async function started(world: World, item = jobItem()) {
  let end = (_: TaskOutcome) => {}
  world.handler = () => new Promise((resolve) => (end = resolve))
  world.put(item)
  await world.stream()
  const [message] = world.takeWork()
  if (!message) throw new Error('no claim')
  const work = world.work(message)
  await expect.poll(() => world.attempts.length).toBe(1)
  return async (outcome: TaskOutcome) => {
    world.handler = async () => FAILED
    end(outcome)
    await work
    await world.live(60_000)
  }
}

describe('a job that waits', () => {
  test('is a dead letter that says who and why, and never starts', async () => {
    const world = worldOf()
    world.put(jobItem({ runAt: NOW + 1000 }))
    await world.settle()
    expect(await cancel(world, jobItem({ runAt: NOW + 1000 }))).toEqual({ kind: 'cancelled' })
    await world.live(60_000)
    expect([letters(world), world.attempts, world.jobs]).toEqual([[LETTER], [], []])
    expect(await cancel(world, jobItem({ runAt: NOW + 1000 }))).toEqual({ kind: 'gone' })
  })

  test('between two attempts is found by what enqueue returned, and by its id', async () => {
    for (const how of ['key', 'id']) {
      const world = worldOf()
      world.handler = async () => FAILED
      world.put(jobItem())
      await world.settle()
      expect(world.jobs).toHaveLength(1)
      const result =
        how === 'key'
          ? await cancel(world)
          : await cancelJob(world.context, { shard: SHARD, id: asId('job') }, MARK)
      expect(result).toEqual({ kind: 'cancelled' })
      await world.live(60_000)
      expect([letters(world), world.attempts.length]).toEqual([[LETTER], 1])
    }
  })
})

describe('a job that is claimed', () => {
  test('does not start', async () => {
    const world = worldOf()
    world.put(jobItem(), jobItem({ id: 'next', runAt: NOW + 1 }))
    await world.stream()
    expect(await cancel(world)).toEqual({ kind: 'cancelling' })
    await world.live(1000)
    expect([letters(world), world.attempts.map(({ id }) => id)]).toEqual([[LETTER], ['next']])
  })
})

describe('a job that runs', () => {
  test('and fails is not tried again', async () => {
    const world = worldOf()
    const end = await started(world)
    expect(await cancel(world)).toEqual({ kind: 'cancelling' })
    expect(await cancel(world)).toEqual({ kind: 'cancelling' })
    await end(FAILED)
    expect(letters(world)).toEqual([['cancelled', `${BY_ANN} (its last attempt: Error: no)`]])
    expect([world.attempts.length, world.jobs, world.state().slots]).toEqual([1, [], {}])
  })

  test('for the last time and fails is cancelled all the same', async () => {
    const world = worldOf(1)
    const end = await started(world)
    await cancel(world)
    await end(FAILED)
    expect(world.dead).toMatchObject([{ reason: 'cancelled' }])
  })

  test('and goes back unspent is cancelled', async () => {
    for (const outcome of [
      { kind: 'slowed', until: NOW + 5000, reason: 'HTTP 429' },
      { kind: 'unknown', reason: 'no task' },
    ] as const) {
      const world = worldOf()
      const end = await started(world)
      await cancel(world)
      await end(outcome)
      expect(world.dead).toMatchObject([{ reason: 'cancelled' }])
      expect([world.attempts.length, world.jobs]).toEqual([1, []])
    }
  })

  test('and succeeds is done', async () => {
    const world = worldOf()
    const end = await started(world)
    await cancel(world)
    await end({ kind: 'succeeded' })
    expect([world.dead, world.jobs, world.attempts.length]).toEqual([[], [], 1])
    expect(await cancel(world)).toEqual({ kind: 'gone' })
  })

  test('and whose worker dies is not tried again', async () => {
    const world = worldOf()
    await started(world)
    await cancel(world)
    world.now += 60 * 60_000
    await world.pass()
    await world.live(60_000)
    expect(world.dead).toMatchObject([{ reason: 'cancelled' }])
    expect([world.attempts.length, world.jobs]).toEqual([1, []])
  })
})

test('what has been cancelled runs in full if it is redriven', async () => {
  const world = worldOf()
  world.put({ ...jobItem(), cancellation: MARK, startBefore: NOW - 1 })
  await world.settle()
  expect(letters(world)).toEqual([LETTER])
  world.now += 1
  expect(await redrive(world.context, 'crm', {})).toMatchObject({ redriven: 1 })
  world.put(...world.jobs)
  await world.settle()
  expect([world.attempts.length, world.jobs]).toEqual([1, []])
})

test('a pass that has read a job before it was cancelled does not run it', async () => {
  const world = worldOf()
  world.put(jobItem())
  const { range } = world.context.store.jobs
  let result: unknown
  // The worker that takes over the job it claims does not read it again.
  Object.assign(world.context.store.jobs, {
    range: async (query: Parameters<typeof range>[0]) => {
      const page = await range(query)
      result ??= await cancel(world)
      return page
    },
  })
  await world.settle()
  expect(result).toEqual({ kind: 'cancelled' })
  expect([letters(world), world.attempts, world.state().slots]).toEqual([[LETTER], [], {}])
})
