/** What is told of a job that has ended says how long it had waited. */
import { expect, test } from 'vitest'
import { waitOf } from '../../../lib/core/job/job.ts'
import { configOf, jobItem, jobOf, NOW } from '../../support/builders.ts'
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
  const waits = { a: { waited_ms: 3000 }, b: { waited_ms: 7000 } }
  for (const kind of ['job started', 'job ended'] as const)
    expect(Object.fromEntries(world.heard(kind).map(({ job }) => [job.id, waitOf(job)]))).toEqual(waits)
  expect(world.dead).toMatchObject([{ reason: 'exhausted', ...waits.b }])
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
