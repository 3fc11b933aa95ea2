/** A job that is too late is ended soon where nothing may start, too: nobody else comes by there. */
import { expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { paused } from '../../../lib/core/limits/pause.ts'
import { poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { pauseQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { amendLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { amendLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { slowPartition } from '../../../lib/use-cases/operate/slow-down.ts'
import { whyJob } from '../../../lib/use-cases/operate/why.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { crm } from '../../support/whole-queue.ts'
import { World } from '../../support/world.ts'

const MINUTE = 60_000
const [API, CALLS] = [poolNamed('api'), poolNamed('calls')]
const NOTE = { by: 'ann', reason: 'their incident' }
const ACME = 'crm|acme' as ShardKey
const inADay = (world: World) => ({ until: world.now + 1440 * MINUTE, ...NOTE })

function worldOf(pools: object = {}): World {
  const config = defineConfig({
    pools: { api: { concurrency: 5 }, calls: { rateLimit: { allowed: 100, period: '1h' } } },
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, shards: 1, timeout: '10s', pools } },
  })
  return new World(config)
}

const jobOf = (id: string, startBefore?: number) => ({
  ...jobItem({ pk: ACME, id, payload: { customer: 'acme' } }),
  ...(startBefore === undefined ? {} : { startBefore }),
})

const PAUSED: readonly [string, object, (world: World) => Promise<unknown>][] = [
  ['its queue is paused', {}, ({ context }) => pauseQueue(context, 'crm', NOTE)],
  ['its partition is paused', {}, (world) => amendLimits(world.context, crm(world), 'acme', paused(NOTE))],
  [
    'its partition is slowed down',
    {},
    (world) => slowPartition(world.context, crm(world), 'acme', inADay(world)),
  ],
  ['a pool is slowed down', { api: 1 }, (world) => slowLimiter(world.context, API, inADay(world))],
  ['a rate is slowed down', { calls: 1 }, (world) => slowLimiter(world.context, CALLS, inADay(world))],
]

test.each(PAUSED)('a job expires within a minute while %s', async (_, pools, stop) => {
  const world = worldOf(pools)
  await stop(world)
  const now = world.now
  world.put(jobOf('a', now + 2 * MINUTE), jobOf('b', now + 10 * MINUTE), jobOf('c'))
  await world.live(3 * MINUTE + 2000)
  expect(world.dead.map(({ reason }) => reason)).toEqual(['expired'])
  expect(world.jobs.map(({ sk }) => sk.split('#')[2])).toEqual(['b', 'c'])
  await world.live(9 * MINUTE)
  expect([world.dead.length, world.jobs.length, world.ran]).toEqual([2, 1, []])
})

test('where a pool is paused, the sweep has it looked for', async () => {
  const world = worldOf({ api: 1 })
  await amendLimiter(world.context, API, paused(NOTE))
  world.put(jobOf('a', NOW + MINUTE), jobOf('b'))
  await world.live(2 * MINUTE)
  await world.sweep()
  await world.settle()
  expect([world.dead.map(({ reason }) => reason), world.jobs.length]).toEqual([['expired'], 1])
})

test('a backlog costs a visit a minute at the most, and none where nothing expires', async () => {
  const world = worldOf()
  await amendLimits(world.context, crm(world), 'acme', paused(NOTE))
  const late = Array.from({ length: 100 }, (_, n) => jobOf(`a${n}`.padStart(4, '0'), NOW + n * 3000))
  world.put(...late, jobOf('last'))
  await world.stream()
  const before = world.happened.length
  let visits = 0
  const { states } = world.context.store
  const pass = states.pass.bind(states)
  Object.assign(states, {
    pass: (...given: Parameters<typeof pass>) => {
      visits++
      return pass(...given)
    },
  })
  await world.live(6 * MINUTE)
  expect([world.dead.length, world.jobs.length]).toEqual([100, 1])
  expect(world.happened.length).toBeGreaterThan(before)
  expect(visits).toBeLessThanOrEqual(7)
  visits = 0
  await world.live(60 * MINUTE)
  expect(visits).toBe(0)
})

test('it is said of a job that it is too late, and not that nothing holds it', async () => {
  const world = worldOf()
  await amendLimits(world.context, crm(world), 'acme', paused(NOTE))
  const job = jobOf('a', NOW + 1000)
  world.put(jobOf('0-first'), job)
  await world.stream()
  world.now = NOW + 2000
  const why = await whyJob(world.context, { pk: job.pk, sk: job.sk })
  expect(whyText(why)).toBe(
    `expired: not started before ${new Date(NOW + 1000).toISOString()}; whoever looks at its shard next, and comes so far, ends it`,
  )
})
