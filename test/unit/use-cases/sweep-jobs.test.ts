/** What a sweep finds in the Jobs table: jobs that nobody knows of. */

import { describe, expect, test } from 'vitest'
import { ItemCollection } from '../../../lib/adapters/memory/item-collection.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { DelayedWake } from '../../../lib/ports/queues.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { configOf, jobItem, NOW, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 2 })
const HOUR = 3_600_000

/** The item stands in the table, and its record in the stream was given up. */
const putUnseen = (world: World, ...items: readonly RawItem[]): void => {
  for (const item of items) {
    const shard = world.tables.jobs.get(item.pk) ?? new ItemCollection()
    world.tables.jobs.set(item.pk, shard.set(item.sk, item))
  }
}
const other = (text: string) => text as ShardKey

test('a job whose arrival was dropped runs after the next sweep', async () => {
  const world = new World(CONFIG)
  putUnseen(world, jobItem({ id: 'lost' }))
  await world.live(HOUR)
  expect(world.ran).toEqual([])
  expect(await world.sweep()).toBe(1)
  await world.settle()
  expect([world.ran, world.jobs]).toEqual([['lost'], []])
})

test('so does one in a shard where others are delayed, or whose slots are not all taken', async () => {
  const world = new World(CONFIG)
  world.put(jobItem({ id: 'delayed', runAt: NOW + HOUR }))
  world.put(jobItem({ id: 'busy', pk: other('crm|b') }))
  await world.stream()
  putUnseen(world, jobItem({ id: 'lost' }), jobItem({ id: 'lost-b', pk: other('crm|b') }))
  expect(await world.sweep()).toBe(2)
  await world.wake()
  expect(world.inFlight.toSorted()).toEqual(['busy', 'lost', 'lost-b'])
})

test('a delayed job whose arrival was dropped runs at its time', async () => {
  const world = new World(CONFIG)
  putUnseen(world, jobItem({ id: 'lost', runAt: NOW + HOUR }))
  await world.sweep()
  await world.settle()
  expect(await world.sweep()).toBe(0)
  world.now += HOUR
  await world.tick()
  await world.live(1000)
  expect(world.attempts).toMatchObject([{ id: 'lost', at: NOW + HOUR }])
})

describe('a shard is not woken', () => {
  test('for jobs in flight, or that wait for a slot', async () => {
    const world = new World(CONFIG)
    world.put(...[...'abcde'].map((id) => jobItem({ id })), jobItem({ id: 'f', pk: other('crm|b') }))
    await world.stream()
    expect(await world.sweep()).toBe(0)
  })

  test('for delayed jobs, near and far', async () => {
    const world = new World(CONFIG)
    world.put(
      jobItem({ id: 'a', runAt: NOW + HOUR }),
      jobItem({ id: 'b', runAt: NOW + 2 * HOUR, priority: 1 }),
    )
    world.put(jobItem({ id: 'c', runAt: NOW + 60_000, pk: other('crm|b') }))
    await world.stream()
    expect(await world.sweep()).toBe(0)
  })

  test('for jobs that wait for a window to reopen', async () => {
    const world = new World(configOf({ rateLimit: { allowed: 1, period: '1m' } }))
    world.put(...[...'abc'].map((id) => jobItem({ id, pk: other('crm|acme') })))
    await world.settle()
    expect(world.ran).toEqual(['a'])
    expect(await world.sweep()).toBe(0)
  })

  test('while it is paused', async () => {
    const world = new World(CONFIG)
    await overrideLimits(world.context, CONFIG.queues['crm'] ?? never(), 'acme', { concurrency: 0 })
    world.put(jobItem())
    await world.settle()
    expect(await world.sweep()).toBe(0)
  })

  test('twice by one sweep', async () => {
    const world = new World(CONFIG)
    world.put(jobItem())
    await world.stream()
    world.takeWork()
    world.now += 60_000
    putUnseen(world, jobItem({ id: 'lost' }))
    expect(await world.sweep()).toBe(1)
  })

  test('when its state item is damaged: a pass over it would only fail', async () => {
    const world = new World(CONFIG)
    putUnseen(world, jobItem())
    const { states } = world.context.store
    Object.assign(states, {
      glance: async () => ({ states: [], damaged: [{ shard: SHARD, problem: 'it is damaged' }] }),
    })
    expect(await world.sweep()).toBe(0)
  })
})

test('jobs that wait in a shard without a share are found', async () => {
  const world = new World(configOf({ concurrency: 0 }))
  world.put(...[...'abc'].map((id) => jobItem({ id })))
  await world.settle()
  Object.assign(world.context, { config: configOf({ concurrency: 50 }) })
  expect(await world.sweep()).toBe(1)
  await world.live(60_000)
  expect(world.ran.toSorted()).toEqual(['a', 'b', 'c'])
})

describe('jobs that no function can run', () => {
  const config = defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 2 }, plain: { shards: 1 } },
  })
  const strays = ['gone', 'gone|a', 'crm', 'plain|b'].map((pk) => jobItem({ pk: other(pk) }))

  test('are counted and named by queue, and their shards woken, each sweep', async () => {
    const world = new World(config)
    putUnseen(world, ...strays)
    for (let sweeps = 1; sweeps <= 2; sweeps++) {
      expect(await world.sweep()).toBe(4)
      expect(world.counted.filter(({ name }) => name === 'StrandedShards')).toEqual(
        Array.from({ length: sweeps }, () => ({ name: 'StrandedShards', value: 4 })),
      )
    }
    const [stranded] = world.heard('shards stranded')
    expect(stranded && Object.fromEntries(stranded.ofQueue)).toEqual({ gone: 2, crm: 1, plain: 1 })
  })

  test('for ever, since nobody can read their keys, are named to whoever visits the shard', async () => {
    const world = new World(config)
    const sent: DelayedWake[] = []
    Object.assign(world.context.wake, { send: async (wakes: DelayedWake[]) => void sent.push(...wakes) })
    const [malformed, another] = [jobItem({ pk: other('||||') }), jobItem({ pk: other('\uFFFF') })]
    putUnseen(world, malformed, another, { ...jobItem({ pk: other('gone') }), sk: 'nonsense' })
    // Although somebody looks after the jobs beside it.
    world.put(jobItem({ pk: other('crm|x') }))
    await world.stream()
    putUnseen(world, ...Array.from({ length: 12 }, (_, n) => ({ pk: 'crm|x', sk: `odd-${n + 10}` })))
    expect(await world.sweep()).toBe(4)
    expect(Object.fromEntries(sent.map(({ shard, judge }) => [shard, judge]))).toEqual({
      '||||': [malformed.sk],
      '\uFFFF': [another.sk],
      gone: ['nonsense'],
      'crm|x': Array.from({ length: 10 }, (_, n) => `odd-${n + 10}`),
    })
    expect(world.counted.filter(({ name }) => name === 'StrandedShards')).toMatchObject([{ value: 1 }])
  })
})

function never(): never {
  throw new Error('no such queue')
}
