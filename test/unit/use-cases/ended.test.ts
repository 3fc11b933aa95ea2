/** A job that ends is remembered, if its queue has a history; and whatever becomes of that, it ends. */
import { describe, expect, test } from 'vitest'
import type { EndedRecord } from '../../../lib/core/job/ended-job.ts'
import { end } from '../../../lib/use-cases/end.ts'
import { cancelJob } from '../../../lib/use-cases/operate/cancel-job.ts'
import { asId, configOf, jobItem, jobOf, NOW, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const QUEUE = { concurrency: 1, shards: 1, timeout: '10s', retry: { attempts: 2, backoff: 0 } } as const
const CONFIG = configOf({ ...QUEUE, history: '1d' })
const recordsOf = (world: World): EndedRecord[] => [...world.tables.ended.values()]

test('a job that is done, with what it waited for', async () => {
  const world = new World(CONFIG)
  world.put(jobItem({ id: 'a', runAt: NOW - 3000 }), jobItem({ id: 'b', runAt: NOW - 2000 }))
  world.handler = async () => {
    world.now += 5000
    return { kind: 'succeeded' }
  }
  await world.settle()
  const end_ms = NOW + 10_000
  expect(recordsOf(world)).toMatchObject([
    { sk: 'a', ending: 'done', waited_ms: 3000, startedAt: NOW, endedAt: NOW + 5000 },
    { sk: 'b', ending: 'done', waited_ms: 7000, waits_ms: { slots: 5000 }, endedAt: end_ms },
  ])
  expect(world.jobs).toEqual([])
})

test('of a queue without history nothing is remembered', async () => {
  const world = new World(configOf(QUEUE))
  world.put(jobItem())
  await world.settle()
  expect([world.ran, recordsOf(world)]).toEqual([['job'], []])
})

test('a retry is no end; the last failure is', async () => {
  const world = new World(CONFIG)
  world.handler = async () => ({ kind: 'failed', error: 'Error: no' })
  world.put(jobItem())
  await world.stream()
  await Promise.all(world.takeWork().map((message) => world.work(message)))
  expect(recordsOf(world)).toEqual([])
  await world.live(10_000)
  expect(recordsOf(world)).toMatchObject([{ ending: 'exhausted', attempt: 2, error: 'Error: no' }])
})

test('a job that its worker refuses', async () => {
  const world = new World(CONFIG)
  world.handler = async () => ({ kind: 'refused', reason: 'no such payload' })
  world.put(jobItem())
  await world.settle()
  expect(recordsOf(world)).toMatchObject([{ ending: 'refused', error: 'no such payload' }])
})

test('a job that expires before it starts', async () => {
  const world = new World(CONFIG)
  world.put({ ...jobItem(), startBefore: NOW - 1 })
  await world.settle()
  expect(recordsOf(world)).toMatchObject([{ ending: 'expired', endedAt: NOW }])
  expect(recordsOf(world)[0]).not.toHaveProperty('startedAt')
})

describe('a job that is cancelled', () => {
  const mark = { by: 'ann', at: NOW }
  const cancel = (world: World) => cancelJob(world.context, { shard: SHARD, id: asId('job') }, mark)

  test('while it waits', async () => {
    const world = new World(CONFIG)
    world.put(jobItem())
    expect(await cancel(world)).toEqual({ kind: 'cancelled' })
    expect(recordsOf(world)).toMatchObject([{ ending: 'cancelled', cancelledBy: 'ann' }])
  })

  test('while it runs, with what it had waited', async () => {
    const world = new World(CONFIG)
    world.put(jobItem({ runAt: NOW - 700 }))
    world.handler = async () => {
      await cancel(world)
      return { kind: 'failed', error: 'Error: no' }
    }
    await world.settle()
    expect(recordsOf(world)).toMatchObject([{ ending: 'cancelled', cancelledBy: 'ann', waited_ms: 700 }])
    expect(world.dead).toMatchObject([{ reason: 'cancelled', waited_ms: 700 }])
  })
})

test('each job of a batch', async () => {
  const world = new World(configOf({ batch: { size: 3 }, history: '1d' }))
  world.handler = async ({ id }) => ({ kind: id === 'b' ? 'refused' : 'succeeded', reason: 'no' })
  world.put(...['a', 'b', 'c'].map((id) => jobItem({ id })))
  await world.live(60_000)
  const endings = recordsOf(world).map(({ sk, ending }) => [sk, ending])
  expect(endings.toSorted()).toEqual([
    ['a', 'done'],
    ['b', 'refused'],
    ['c', 'done'],
  ])
})

describe('who dies, and what fails', () => {
  const job = { ...jobOf(CONFIG, jobItem()), startedAt: NOW }
  const worldWithJob = () => {
    const world = new World(CONFIG)
    world.put(jobItem())
    return world
  }

  test('before the job is deleted, it is remembered already, and anew by its next attempt', async () => {
    const world = worldWithJob()
    const { jobs } = world.context.store
    const { remove } = jobs
    Object.assign(jobs, { remove: () => Promise.reject(new Error('crash')) })
    await expect(end(world.context, job, { kind: 'done' })).rejects.toThrow('crash')
    expect(recordsOf(world)).toMatchObject([{ ending: 'done', endedAt: NOW }])
    Object.assign(jobs, { remove })
    world.now += 60_000
    await end(world.context, { ...job, startedAt: world.now }, { kind: 'done' })
    expect(recordsOf(world)).toMatchObject([{ ending: 'done', endedAt: world.now }])
  })

  test.each([
    [{ kind: 'done' }],
    [{ kind: 'dead', reason: 'exhausted', error: 'no' }],
    [{ kind: 'dead', reason: 'refused', error: 'no' }],
  ] as const)('%o is carried out, and it is told that it could not be remembered', async (ending) => {
    const world = worldWithJob()
    const error = new Error('throttled')
    Object.assign(world.context.store.history, { rememberEnded: () => Promise.reject(error) })
    expect(await end(world.context, job, ending)).toBe('ended')
    expect(world.jobs).toEqual([])
    expect(world.heard('history not written')).toEqual([{ kind: 'history not written', job, error }])
  })

  test('a job that somebody else has ended is remembered as they say', async () => {
    const world = worldWithJob()
    world.now += 5000
    await end(world.context, job, { kind: 'dead', reason: 'exhausted', error: 'its worker has died' })
    world.now += 5000
    expect(await end(world.context, job, { kind: 'done' })).toBe('gone')
    expect(recordsOf(world)).toMatchObject([{ ending: 'exhausted', endedAt: NOW + 5000 }])
  })

  test('a dead letter that is not written is not remembered', async () => {
    const world = new World(CONFIG)
    const dead = { kind: 'dead', reason: 'exhausted', error: 'no' } as const
    expect(await end(world.context, job, dead)).toBe('gone')
    expect(await end(world.context, job, { ...dead, reason: 'refused' })).toBe('gone')
    expect(recordsOf(world)).toEqual([])
  })
})
