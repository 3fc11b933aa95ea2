/** Debounced jobs, and unique ones that take each other's place, against whatever comes between. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import { type OneOnly, onlyOne } from '../../../lib/core/job/one-only.ts'
import { putAllOnce, putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { cancelJob } from '../../../lib/use-cases/operate/cancel-job.ts'
import { asId, configOf, jobItem, NOW, SHARD, value } from '../../support/builders.ts'
import { ahead } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1, retry: { attempts: 2, backoff: '1s', jitter: 0 } })
const WAIT_MS = 10_000
const DEBOUNCE: OneOnly = { debounce: { key: 'index', wait: '10s', max: '25s' } }
const WAITING: OneOnly = { unique: { key: 'index', while: 'waiting' } }
const REPLACE: OneOnly = { unique: { key: 'index', onCollision: 'replace' } }
let calls = 0

/** What enqueuing comes to: the id under which the payload stands, and how. */
async function enqueue(world: World, n: number, options = DEBOUNCE): Promise<string> {
  const wait = options.debounce ? WAIT_MS : 0
  const item = jobItem({ id: `job${n}`, runAt: world.now + wait, payload: { n } })
  const there = await putNew(world.context.store, value(onlyOne(options, item, `call ${calls++}`, world.now)))
  const id = (there ?? item).sk.split('#')[2]
  return `${id}${there ? (there.replaced ? ' replaced' : ' existing') : ''}`
}

function worldOf(handler: (n: number) => TaskOutcome = () => ({ kind: 'succeeded' })) {
  const world = new World(CONFIG)
  const ran: { readonly n: number; readonly at: number }[] = []
  world.handler = async ({ payload }) => {
    const { n } = payload as { readonly n: number }
    ran.push({ n, at: world.now - NOW })
    return handler(n)
  }
  return { world, ran }
}

describe('debounce', () => {
  test('runs the last payload, so long after the last', async () => {
    const { world, ran } = worldOf()
    expect(await enqueue(world, 1)).toBe('job1')
    for (const n of [2, 3]) {
      await world.live(5000)
      expect(await enqueue(world, n)).toBe('job1 replaced')
    }
    await world.live(60_000)
    expect(ran).toEqual([{ n: 3, at: 20_000 }])
    expect(await enqueue(world, 4)).toBe('job4')
  })

  test('runs at the latest `max` after the first, however many come', async () => {
    const { world, ran } = worldOf()
    for (let n = 1; n <= 8; n++) {
      await enqueue(world, n)
      await world.live(4000)
    }
    await world.live(60_000)
    expect(ran).toEqual([
      { n: 7, at: 25_000 },
      { n: 8, at: 38_000 },
    ])
  })

  test('begins a new job once the other has started, also while that waits to be tried again', async () => {
    const { world, ran } = worldOf((n) => (n === 1 ? { kind: 'failed', error: 'no' } : { kind: 'succeeded' }))
    await enqueue(world, 1)
    await world.live(WAIT_MS + 500)
    expect(world.jobs).toMatchObject([{ attempt: 2 }])
    expect(await enqueue(world, 2)).toBe('job2')
    expect(await enqueue(world, 3)).toBe('job2 replaced')
    await world.live(60_000)
    expect(ran.map(({ n }) => n)).toEqual([1, 1, 3])
  })

  test('makes a new job if a pass claims the other between reading and writing', async () => {
    const { world, ran } = worldOf()
    await enqueue(world, 1)
    await world.stream()
    world.now += WAIT_MS
    const { jobs } = world.context.store
    const swapWaiting = jobs.swapWaiting
    Object.assign(jobs, {
      swapWaiting: async (...call: Parameters<typeof swapWaiting>) => {
        Object.assign(jobs, { swapWaiting })
        await world.pass()
        return swapWaiting(...call)
      },
    })
    expect(await enqueue(world, 2)).toBe('job2')
    await world.live(60_000)
    expect(ran.map(({ n }) => n)).toEqual([1, 2])
  })

  test('takes a job from a pass that has read it, and has not written yet', async () => {
    const { world, ran } = worldOf()
    await enqueue(world, 1)
    await world.stream()
    world.now += WAIT_MS
    ahead(world, 'pass', async () => expect(await enqueue(world, 2)).toBe('job1 replaced'))
    await world.pass()
    await world.live(60_000)
    expect(ran.map(({ n }) => n)).toEqual([2])
  })

  test('begins anew once the other was cancelled', async () => {
    const { world, ran } = worldOf()
    await enqueue(world, 1)
    const { store } = world.context
    const cancelled = await cancelJob(
      world.context,
      { shard: SHARD, id: asId('job1') },
      { by: 'ann', at: NOW },
    )
    expect(cancelled).toEqual({ kind: 'cancelled' })
    expect(await enqueue(world, 2)).toBe('job2')
    expect(await store.jobs.count({ shard: SHARD, from: '0#' })).toMatchObject({ count: 1 })
    await world.live(60_000)
    expect(ran.map(({ n }) => n)).toEqual([2])
  })
})

test('of many in one call the last that replaces counts, whoever comes behind it', async () => {
  const { world, ran } = worldOf()
  const rules = ['skip', 'replace', 'replace', 'skip'] as const
  const jobs = rules.map((onCollision, n) => {
    const item = jobItem({ id: `job${n}`, runAt: NOW + WAIT_MS, payload: { n } })
    return value(onlyOne({ unique: { key: 'index', onCollision } }, item, `call ${calls++}`, NOW))
  })
  await putAllOnce(world.context.store, jobs, new Map())
  await world.live(60_000)
  expect(ran.map(({ n }) => n)).toEqual([2])
})

test('of many in one call the last counts, if it replaces', async () => {
  const { world, ran } = worldOf()
  const jobs = [1, 2, 3].map((n) =>
    value(
      onlyOne(
        DEBOUNCE,
        jobItem({ id: `job${n}`, runAt: NOW + WAIT_MS, payload: { n } }),
        `call ${calls++}`,
        NOW,
      ),
    ),
  )
  const there = new Map()
  await putAllOnce(world.context.store, jobs, there)
  expect([...there.values()].map(({ sk }) => sk.split('#')[2])).toEqual(['job3', 'job3'])
  await world.live(60_000)
  expect(ran.map(({ n }) => n)).toEqual([3])
})

/** Simultaneous puts, whose every call of the store comes in any order, with the passes and the workers. */
describe('however calls interleave', () => {
  test('each payload runs at most once, the last of those that wait does, and none is lost without a successor', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 0, max: 6000 }), { minLength: 2, maxLength: 6 }),
        async (scheduler, gaps) => {
          const { world, ran } = worldOf()
          const { jobs, states } = world.context.store
          const store = world.context.store
          const scheduled = {
            ...store,
            jobs: {
              ...jobs,
              putUnique: scheduler.scheduleFunction(jobs.putUnique),
              get: scheduler.scheduleFunction(jobs.get),
              swapWaiting: scheduler.scheduleFunction(jobs.swapWaiting),
            },
            states: { ...states, read: scheduler.scheduleFunction(states.read) },
          }
          const outcomes = new Map<number, string>()
          const puts: Promise<void>[] = []
          for (const [n, gap] of gaps.entries()) {
            const item = jobItem({ id: `job${n}`, runAt: world.now + WAIT_MS, payload: { n } })
            const asked = value(onlyOne(DEBOUNCE, item, `call ${calls++}`, world.now))
            puts.push(
              putNew(scheduled, asked).then((there) => void outcomes.set(n, there ? 'replaced' : 'new')),
            )
            if (gap % 2 === 0) await scheduler.waitOne()
            await world.live(gap)
          }
          await scheduler.waitFor(Promise.all(puts))
          await world.live(120_000)
          const ns = ran.map(({ n }) => n)
          expect(new Set(ns).size).toBe(ns.length)
          expect(outcomes.size).toBe(gaps.length)
          // Each job that was made runs once, with one of the payloads.
          expect(ns.length).toBe([...outcomes.values()].filter((outcome) => outcome === 'new').length)
          expect([world.jobs, world.dead, world.inFlight]).toEqual([[], [], []])
        },
      ),
      { numRuns: 40 },
    ))
})

describe('a unique key', () => {
  test('while waiting is free as soon as its job is claimed', async () => {
    const { world, ran } = worldOf()
    expect(await enqueue(world, 1, WAITING)).toBe('job1')
    expect(await enqueue(world, 2, WAITING)).toBe('job1 existing')
    await world.stream()
    expect(await enqueue(world, 3, WAITING)).toBe('job3')
    expect(await enqueue(world, 4, WAITING)).toBe('job3 existing')
    await world.live(60_000)
    expect(ran.map(({ n }) => n)).toEqual([1, 3])
  })

  test('replaces the payload of one that waits, and leaves one that runs alone', async () => {
    const { world, ran } = worldOf()
    expect(await enqueue(world, 1, REPLACE)).toBe('job1')
    world.now += 1
    expect(await enqueue(world, 2, REPLACE)).toBe('job1 replaced')
    await world.stream()
    expect(await enqueue(world, 3, REPLACE)).toBe('job1 existing')
    await world.live(60_000)
    expect(ran.map(({ n }) => n)).toEqual([2])
    expect(await enqueue(world, 4, REPLACE)).toBe('job4')
  })

  test('with both has at most one that runs, and one that waits with the last payload', async () => {
    const { world, ran } = worldOf()
    const both: OneOnly = { unique: { key: 'index', while: 'waiting', onCollision: 'replace' } }
    expect(await enqueue(world, 1, both)).toBe('job1')
    await world.stream()
    expect(await enqueue(world, 2, both)).toBe('job2')
    expect(await enqueue(world, 3, both)).toBe('job2 replaced')
    await world.live(60_000)
    expect(ran.map(({ n }) => n)).toEqual([1, 3])
  })
})
