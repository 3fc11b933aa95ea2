/** What is told of a job that has ended says how long it had waited. */
import { expect, test } from 'vitest'
import { waitOf } from '../../../lib/core/job/job.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { asShard, configOf, jobItem, jobOf, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1, shards: 1, timeout: '10s', retry: { attempts: 1 } })

test('from its time to the start of its attempt, in its events and in its dead letter', async () => {
  const world = new World(CONFIG)
  world.put(jobItem({ id: 'a', runAt: NOW - 3000 }), jobItem({ id: 'b', runAt: NOW - 2000 }))
  world.handler = async ({ id }) => {
    world.now += 5000
    return id === 'a' ? { kind: 'succeeded' } : { kind: 'failed', error: 'no' }
  }
  await world.settle()
  const waits = { a: { waited_ms: 3000 }, b: { waited_ms: 7000, waits_ms: { slots: 5000 } } }
  for (const kind of ['job started', 'job ended'] as const)
    expect(Object.fromEntries(world.heard(kind).map(({ job }) => [job.id, waitOf(job)]))).toEqual(waits)
  expect(world.dead).toMatchObject([{ reason: 'exhausted', ...waits.b }])
})

test('and for what, if the worker of the job before it takes it over', async () => {
  const world = new World(CONFIG)
  world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
  world.handler = async () => {
    world.now += 1000
    return { kind: 'succeeded' }
  }
  await world.settle()
  const [, second] = world.heard('job started')
  expect(second && waitOf(second.job)).toEqual({ waited_ms: 1000, waits_ms: { slots: 1000 } })
})

test('and for what: the pool whose unit another queue has, and the rate', async () => {
  const world = new World(
    defineConfig({
      pools: { gpu: { concurrency: 1 } },
      queues: {
        crm: { shards: 1, rateLimit: { allowed: 1, period: '10s' }, pools: { gpu: 1 } },
        other: { shards: 1, pools: { gpu: 1 } },
      },
    }),
  )
  const [crm, other] = [asShard('crm'), asShard('other')]
  world.handler = async ({ id }) => {
    world.now += id === 'holder' ? 4000 : 10
    return { kind: 'succeeded' }
  }
  world.put(jobItem({ pk: other, id: 'holder' }))
  await world.stream()
  world.put(jobItem({ pk: crm, id: 'first' }), jobItem({ pk: crm, id: 'second' }))
  await world.live(20_000)
  const told = Object.fromEntries(world.heard('job started').map(({ job }) => [job.id, waitOf(job)]))
  expect(told['first']).toMatchObject({ waits_ms: { 'pool|gpu': 4000 } })
  const { waited_ms = 0, waits_ms = {} } = told['second'] ?? {}
  expect(Object.keys(waits_ms).toSorted()).toEqual(['pool|gpu', 'rate'])
  expect(waits_ms['rate']).toBeGreaterThan(5000)
  expect(Object.values(waits_ms).reduce((sum, one) => sum + one)).toBeLessThanOrEqual(waited_ms)
})

test('not of a job whose worker has died, nor less than nothing if clocks differ', async () => {
  const world = new World(CONFIG)
  world.put(jobItem())
  await world.stream()
  world.handler = () => new Promise(() => {})
  for (const message of world.takeWork()) void world.work(message)
  for (let turns = 0; turns < 50; turns++) await Promise.resolve()
  world.now += 120_000
  await world.pass()
  expect(world.dead.map(({ reason, waited_ms }) => [reason, waited_ms])).toEqual([['exhausted', undefined]])
  expect(waitOf({ ...jobOf(CONFIG, jobItem()), startedAt: NOW - 5 })).toEqual({ waited_ms: 0 })
})
