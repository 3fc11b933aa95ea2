/** Batches whose jobs have little in common: an id, a service that they ask for time, or the time until which they may start. */
import { expect, test } from 'vitest'
import type { LimiterName } from '../../../lib/core/limits/limiter-name.ts'
import { poolNamed } from '../../../lib/core/limits/limiter-name.ts'
import { limiterKey } from '../../../lib/core/limits/queue-limiter.ts'
import { type Config, defineConfig } from '../../../lib/core/queue/config.ts'
import { configOf, jobItem, NOW, SHARD, sortKey } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const RETRY = { attempts: 3, backoff: 1000, factor: 1, jitter: 0 }
const BATCHED = configOf({ concurrency: 1, retry: RETRY, batch: { size: 3, wait: '5s' } })
const PLAIN = configOf({ concurrency: 1, retry: RETRY })

const deploy = (world: World, config: Config): void => void Object.assign(world.context, { config })
const put = (world: World, ...ids: string[]) =>
  world.put(...ids.map((id) => jobItem({ id, runAt: world.now })))

test('a batch that is not full starts in time, however many items bear the id of one of its jobs', async () => {
  const world = new World(BATCHED)
  world.put(...Array.from({ length: 110 }, (_, n) => jobItem({ id: 'twin', runAt: NOW - 300 + n })))
  await world.stream()
  expect(world.takeWork()).toEqual([])
  expect(world.state().dueAt).toBe(NOW - 300 + 5000)
  await world.live(5000)
  expect(world.batches[0]).toEqual(['twin'])
})

test('a job that expires before its batch would be full starts with those that are there', async () => {
  const world = new World(BATCHED)
  put(world, 'a')
  world.put({ ...jobItem({ id: 'b' }), startBefore: NOW + 4000 })
  await world.live(999)
  expect(world.batches).toEqual([])
  await world.live(1)
  expect(world.batches).toEqual([['a', 'b']])
  expect(world.dead).toEqual([])
})

test('of the services that its jobs ask to be left alone each is, for as long as it has asked', async () => {
  const API = poolNamed('api')
  const queue = {
    partition: { payload: 'customer' },
    concurrency: 1,
    batch: { size: 4 },
    pools: { api: 1 },
  } as const
  const world = new World(defineConfig({ pools: { api: { concurrency: 9 } }, queues: { crm: queue } }))
  const asked: Record<string, { readonly until: number; readonly limiter?: LimiterName }> = {
    a: { until: NOW + 60_000, limiter: API },
    b: { until: NOW + 20_000 },
    c: { until: NOW + 30_000 },
    d: { until: NOW + 40_000, limiter: API },
  }
  world.handler = async ({ id }) => ({ kind: 'slowed', reason: id, until: NOW, ...asked[id] })
  put(world, 'a', 'b', 'c', 'd')
  await world.live(5000)
  expect(world.state().slowed).toEqual({ until: NOW + 30_000, reason: 'c' })
  expect(world.state(limiterKey(API)).slowed).toEqual({ until: NOW + 60_000, reason: 'a' })
  expect([world.batches.length, world.jobs.length, world.inFlight]).toEqual([1, 4, []])
})

test('a batch whose queue has none any more when its message comes runs job by job', async () => {
  const world = new World(BATCHED)
  put(world, 'a', 'b', 'c')
  await world.stream()
  deploy(world, PLAIN)
  await world.live(1000)
  expect([world.batches, world.ran]).toEqual([[], ['a', 'b', 'c']])
  expect([world.jobs, world.inFlight]).toEqual([[], []])
})

test('a job that was claimed by itself runs so in a queue that has batches by then', async () => {
  const world = new World(PLAIN)
  put(world, 'a', 'b', 'c')
  await world.stream()
  deploy(world, BATCHED)
  await world.live(6000)
  expect(world.batches).toEqual([['a'], ['b', 'c']])
  expect([world.jobs, world.inFlight]).toEqual([[], []])
})

test('a batch whose message was lost, and whose first job is gone, runs when it is sent again', async () => {
  const world = new World(BATCHED)
  put(world, 'a', 'b', 'c')
  await world.stream()
  world.takeWork()
  world.tables.jobs.get(SHARD)?.delete(sortKey({ id: 'a' }))
  world.now += 61_000
  await world.sweep()
  await world.live(5000)
  expect(world.batches).toEqual([['b', 'c']])
  expect([world.jobs, world.inFlight]).toEqual([[], []])
})
