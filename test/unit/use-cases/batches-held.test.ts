/** What holds batches back, what is left behind them, and what becomes of their slots if not all goes well. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { setLimits } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const FAILED: TaskOutcome = { kind: 'failed', error: 'Error: no' }
const RETRY = { attempts: 3, backoff: 60_000, factor: 1, jitter: 0 }
const worldOf = (queue: Parameters<typeof configOf>[0] = {}): World =>
  new World(configOf({ concurrency: 1, retry: RETRY, batch: { size: 3 }, ...queue }))
const put = (world: World, ...ids: string[]) =>
  world.put(...ids.map((id) => jobItem({ id, runAt: world.now })))

describe('a pass over a shard with batches', () => {
  test('that claims all of a batch has left nothing amid it', async () => {
    const world = worldOf()
    put(world, 'a', 'b', 'c', 'd')
    world.now += 60_000
    await world.stream()
    expect(world.state()).toMatchObject({ waiting: true })
    expect(world.state().waitingAmid).toBeUndefined()
  })

  test('waits for the start of a full one, and not for more jobs of the last', async () => {
    const pools = { api: { rateLimit: { allowed: 1, period: 10_000, margin: 0 } } }
    const queue = { partition: { payload: 'customer' }, concurrency: 5, pools: { api: {} } } as const
    const batch = { size: 2, wait: '5m' } as const
    const world = new World(defineConfig({ pools, queues: { crm: { ...queue, batch } } }))
    put(world, 'a', 'b', 'c', 'd', 'e')
    await world.live(30_000)
    expect(world.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    await world.live(300_000)
    expect(world.batches).toHaveLength(3)
  })

  test('makes batches whatever limits somebody has set', async () => {
    const world = worldOf()
    await setLimits(world, { concurrency: 2 })
    put(world, 'a', 'b', 'c', 'd', 'e', 'f')
    await world.settle()
    expect(world.batches.map((ids) => ids.join(''))).toEqual(['abc', 'def'])
  })
})

describe('if not all of a batch goes well', () => {
  test('each job has the outcome that is its own, whatever is left out in front of it', async () => {
    const world = worldOf()
    world.handler = async ({ id }) => (id === 'b' ? FAILED : { kind: 'succeeded' })
    world.put({ ...jobItem({ id: 'a' }), startBefore: NOW + 1 })
    put(world, 'b', 'c')
    await world.stream()
    world.now += 10
    await world.settle()
    expect(world.batches).toEqual([['b', 'c']])
    expect(world.dead).toMatchObject([{ reason: 'expired' }])
    expect(world.jobs).toMatchObject([{ attempt: 2, sk: expect.stringMatching(/#b$/) }])
  })

  test('its slot stays taken until its deadline if one of its jobs could not be ended', async () => {
    const world = worldOf({ timeout: '30s' })
    put(world, 'a', 'b', 'c')
    await world.stream()
    const { jobs } = world.context.store
    const { remove } = jobs
    const broken: typeof remove = (item) =>
      item.sk.endsWith('#b') ? Promise.reject(new Error('no answer')) : remove(item)
    Object.assign(jobs, { remove: broken })
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    await expect(world.work(message)).rejects.toThrow('no answer')
    Object.assign(jobs, { remove })
    expect([world.inFlight, world.jobs.length]).toEqual([['a'], 1])
    world.now += 70_000
    await world.sweep()
    await world.live(120_000)
    expect(world.batches.map((ids) => ids.join(''))).toEqual(['abc', 'b'])
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('what was put over one of its jobs runs when it has ended', async () => {
    const world = worldOf()
    let puts = 0
    world.handler = async ({ id }) => {
      if (id === 'b' && puts++ === 0) world.put(jobItem({ id, payload: { customer: 'acme', n: 2 } }))
      return { kind: 'succeeded' }
    }
    put(world, 'a', 'b', 'c')
    await world.stream()
    const [message] = world.takeWork()
    if (message) await world.work(message)
    // The arrival of the new item came while the batch ran, and is over.
    world.takeWakes()
    for (const next of world.takeWork()) await world.work(next)
    expect(world.batches).toEqual([['a', 'b', 'c'], ['b']])
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('one that cannot be had lets no other start before its time', async () => {
    const world = worldOf({ rateLimit: { allowed: 1, period: '10s', margin: 0 }, batch: { size: 2 } })
    const { payload: _, ...kept } = jobItem({ id: 'd', runAt: NOW + 3 })
    put(world, 'a', 'b')
    await world.settle()
    const [first] = world.attempts
    world.put(jobItem({ id: 'c', runAt: NOW + 2 }), { ...kept, payloadKey: `90d/${'0'.repeat(64)}` })
    await world.live(20_000)
    expect(world.batches).toEqual([['a', 'b'], ['c']])
    expect((world.attempts.at(-1)?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(10_000)
  })

  test('it has done well, for the throttle, if any of its jobs is done', async () => {
    const world = worldOf({ adaptive: { outcomes: 20, minimumOutcomes: 10 } })
    world.handler = async ({ id }) => (id === 'c' ? { kind: 'succeeded' } : FAILED)
    put(world, 'a', 'b', 'c')
    await world.stream()
    const [message] = world.takeWork()
    if (message) await world.work(message)
    expect(world.state()).toMatchObject({ outcomes: { ok: 1, failed: 0 } })
  })
})
