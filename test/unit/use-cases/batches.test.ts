/** Several jobs as one attempt: when they start, what becomes of each, and what a crash leaves. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import { jobsInFlight } from '../../../lib/core/shard/in-flight.ts'
import { slotEntries } from '../../../lib/core/shard/state.ts'
import { configOf, jobItem, NOW, SHARD, sortKey } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const RETRY = { attempts: 3, backoff: 1000, factor: 1, jitter: 0 }
const BATCH = { size: 3, wait: '5s' } as const
const worldOf = (queue: Parameters<typeof configOf>[0] = {}): World =>
  new World(configOf({ concurrency: 1, retry: RETRY, batch: BATCH, ...queue }))

const put = (world: World, ...ids: string[]) =>
  world.put(...ids.map((id) => jobItem({ id, runAt: world.now })))
const flying = (world: World): string[] => jobsInFlight(slotEntries(world.state().slots)).map(([id]) => id)
const failed: TaskOutcome = { kind: 'failed', error: 'Error: no' }

describe('a batch', () => {
  test('starts as soon as it is full', async () => {
    const world = worldOf()
    put(world, 'a', 'b', 'c', 'd')
    await world.settle()
    expect(world.batches).toEqual([['a', 'b', 'c']])
    expect(world.attempts.map(({ at }) => at)).toEqual([NOW, NOW, NOW])
    expect(world.jobs.map(({ sk }) => sk)).toEqual([sortKey({ id: 'd' })])
  })

  test('that is not full starts when its first job has been due for long enough, and not before', async () => {
    const world = worldOf()
    put(world, 'a')
    await world.live(2000)
    put(world, 'b')
    await world.live(2999)
    expect(world.batches).toEqual([])
    await world.live(1)
    expect(world.batches).toEqual([['a', 'b']])
    expect([world.jobs, world.inFlight, world.dead]).toEqual([[], [], []])
  })

  test('that is not to wait takes what there is', async () => {
    const world = worldOf({ batch: { size: 3 } })
    put(world, 'a', 'b')
    await world.settle()
    expect(world.batches).toEqual([['a', 'b']])
  })

  test('has one slot, and one message', async () => {
    const world = worldOf({ concurrency: 2, batch: { size: 3 } })
    put(world, 'a', 'b', 'c', 'd', 'e', 'f', 'g')
    await world.stream()
    expect(world.takeWork()).toMatchObject([{ sk: sortKey({ id: 'a' }) }, { sk: sortKey({ id: 'd' }) }])
    expect(world.inFlight).toEqual(['a', 'd'])
    expect(flying(world)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(world.state().waiting).toBe(true)
  })

  test('takes one start of the rate', async () => {
    const world = worldOf({ concurrency: 9, rateLimit: { allowed: 2, period: '1m' }, batch: { size: 2 } })
    put(world, 'a', 'b', 'c', 'd', 'e')
    await world.live(50_000)
    expect(world.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    await world.live(20_000)
    expect(world.batches).toHaveLength(3)
  })

  test('is of one task, and in the order of its jobs', async () => {
    const world = worldOf()
    world.put(...['a', 'b', 'c'].map((id) => jobItem({ id, task: id === 'b' ? 'other' : 'sync' })))
    await world.live(5000)
    expect(world.batches).toEqual([['a'], ['b'], ['c']])
  })

  test('goes on in the same invocation', async () => {
    const world = worldOf()
    world.remaining_ms = 600_000
    put(world, ...'abcdefg')
    await world.stream()
    const [message] = world.takeWork()
    if (message) await world.work(message)
    expect(world.batches).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ])
    expect(world.takeWork()).toEqual([])
    expect(world.inFlight).toEqual([])
  })
})

describe('of the jobs of a batch', () => {
  test('each ends by itself: one that fails is tried again in a later batch', async () => {
    const world = worldOf()
    world.handler = async ({ id, attempt }) => (id === 'b' && attempt === 1 ? failed : { kind: 'succeeded' })
    put(world, 'a', 'b', 'c')
    await world.settle()
    expect(world.jobs).toMatchObject([{ sk: sortKey({ id: 'b', runAt: NOW + 1000 }), attempt: 2 }])
    expect(world.inFlight).toEqual([])
    put(world, 'd', 'e')
    await world.live(2000)
    expect(world.batches).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'b'],
    ])
    expect(world.jobs).toEqual([])
  })

  test('one that nobody can read is a dead letter, and the others run', async () => {
    const world = worldOf()
    put(world, 'a', 'b', 'c')
    await world.stream()
    world.put({ ...jobItem({ id: 'b' }), payload: undefined, task: 7 })
    const [message] = world.takeWork()
    if (message) await world.work(message)
    expect(world.batches).toEqual([['a', 'c']])
    expect(world.dead).toMatchObject([{ reason: 'refused' }])
  })

  test('one that is gone is left out, even the first', async () => {
    const world = worldOf()
    put(world, 'a', 'b', 'c')
    await world.stream()
    world.tables.jobs.get(SHARD)?.delete(sortKey({ id: 'a' }))
    await world.settle()
    expect(world.batches).toEqual([['b', 'c']])
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('one that has become of another task waits for the next', async () => {
    const world = worldOf()
    put(world, 'a', 'b', 'c')
    await world.stream()
    world.put(jobItem({ id: 'b', task: 'other' }))
    await world.live(10_000)
    expect(world.batches).toEqual([['a', 'c'], ['b']])
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('one that is too late ends, and the others run', async () => {
    const world = worldOf()
    world.put(
      ...'abc'
        .split('')
        .map((id) => ({ ...jobItem({ id }), ...(id === 'b' ? { startBefore: NOW + 1 } : {}) })),
    )
    await world.stream()
    world.now += 10
    await world.settle()
    expect(world.batches).toEqual([['a', 'c']])
    expect(world.dead).toMatchObject([{ reason: 'expired' }])
  })

  test('all go back unspent if the service has asked to be called later', async () => {
    const world = worldOf()
    const until = NOW + 20_000
    world.handler = async () =>
      world.now < until ? { kind: 'slowed', until, reason: 'HTTP 429' } : { kind: 'succeeded' }
    put(world, 'a', 'b', 'c')
    await world.live(30_000)
    expect(world.batches).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
    expect(world.attempts.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 1])
    expect(world.attempts.at(-1)?.at).toBeGreaterThanOrEqual(until)
  })
})

describe('while a batch is in flight', () => {
  test('nobody claims one of its jobs, nor its twin', async () => {
    const world = worldOf({ concurrency: 3, batch: { size: 3 } })
    put(world, 'a', 'b', 'c')
    await world.stream()
    world.now += 1000
    world.put(jobItem({ id: 'b', runAt: NOW + 500 }))
    await world.stream()
    await world.pass()
    expect(world.takeWork()).toHaveLength(1)
    expect(world.inFlight).toEqual(['a'])
    expect(world.state().waiting).toBe(true)
  })

  test('a worker that dies leaves each of its jobs to be tried by itself, with nothing spent', async () => {
    const world = worldOf({ timeout: '30s' })
    put(world, 'a', 'b', 'c')
    await world.stream()
    world.handler = () => new Promise(() => {})
    const [message] = world.takeWork()
    if (message) void world.work(message)
    await new Promise((resolve) => setImmediate(resolve))
    world.running.clear()
    world.handler = async () => ({ kind: 'succeeded' })
    world.now += 70_000
    await world.sweep()
    await world.live(60_000)
    expect(world.batches).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
    expect(world.attempts.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 1])
    expect([world.jobs, world.inFlight, world.dead]).toEqual([[], [], []])
  })
})
