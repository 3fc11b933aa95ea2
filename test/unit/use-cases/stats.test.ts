/** What there is of a partition, counted without a scan of a table. */
import { describe, expect, test } from 'vitest'
import { deadEvent, deadLetterOf } from '../../../lib/core/job/dead-letter.ts'
import { queueNamed } from '../../../lib/core/queue/config.ts'
import { partitionsOf } from '../../../lib/use-cases/operate/partitions.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { slowPartition } from '../../../lib/use-cases/operate/slow-down.ts'
import { statsOf } from '../../../lib/use-cases/operate/stats.ts'
import { asShard, configOf, jobItem, NOW } from '../../support/builders.ts'
import { damage, jobsIn, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const queueOf = (world: World) => {
  const queue = queueNamed(world.context.config, 'crm')
  if (!queue) throw new Error('no queue')
  return queue
}
const stats = (world: World) => statsOf(world.context, queueOf(world), 'acme')

describe('a partition', () => {
  test('of which nothing is known has nothing', async () => {
    expect(await stats(new World(configOf({ concurrency: 4, shards: 1 })))).toEqual({
      at: NOW,
      queue: 'crm',
      partition: 'acme',
      waiting: { count: 0 },
      blocked: { count: 0 },
      delayed: { count: 0 },
      inFlight: 0,
      dead: { count: 0 },
      deadOfQueue: { count: 0 },
      configured: { concurrency: 4 },
      inForce: { concurrency: 4 },
      shards: [],
      troubles: [],
    })
  })

  test('counts what waits apart from what is in flight and what is not due, of all priorities', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 1, retry: { attempts: 1 } }))
    world.put(
      ...[0, 3, 9].flatMap((priority) =>
        Array.from({ length: 3 }, (_, n) =>
          jobItem({ id: `p${priority}-${n}`, priority, runAt: NOW - 5000 + n }),
        ),
      ),
      jobItem({ id: 'later', priority: 9, runAt: NOW + 1 }),
      jobItem({ id: 'much-later', priority: 0, runAt: NOW + 99_999 }),
    )
    await world.stream()
    world.put(jobItem({ id: 'now', priority: 5, runAt: NOW }), { pk: 'crm|acme', sk: '5#x', task: 7 })
    expect(await stats(world)).toMatchObject({
      waiting: { count: 8 },
      delayed: { count: 3 },
      inFlight: 2,
      oldest_ms: 5000,
    })
    world.handler = async () => ({ kind: 'failed', error: 'no' })
    await world.live(200_000)
    expect(await stats(world)).toMatchObject({ waiting: { count: 0 }, delayed: { count: 0 }, inFlight: 0 })
    const dead = { count: world.dead.length }
    expect(await stats(world)).toMatchObject({ dead, deadOfQueue: dead })
    expect(world.dead).toHaveLength(13)
  })

  test('counts its dead jobs apart from those of others, and says so if some name no partition', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 1 }))
    const { history } = world.context.store
    const bury = (pk: string, id: string) =>
      history.bury(deadLetterOf({ ...jobItem({ id }), pk }, 'exhausted', 'no', NOW))
    await bury('crm|acme', 'a')
    await bury('crm|acme|3', 'b')
    await bury('crm|bolt', 'c')
    await bury('fax|acme', 'd')
    expect(await stats(world)).toMatchObject({ dead: { count: 2 }, deadOfQueue: { count: 3 } })
    expect((await stats(world)).dead.atLeast).toBeUndefined()
    await history.bury(deadEvent({ queue: 'crm', id: 'e', event: {} }, 'no', NOW))
    expect(await stats(world)).toMatchObject({ dead: { count: 2, atLeast: true }, deadOfQueue: { count: 4 } })
    expect((await stats(world)).deadOfQueue.atLeast).toBeUndefined()
  })

  test('shows who has set what, and what is used of its rate until it reopens', async () => {
    const world = new World(configOf({ rateLimit: { allowed: 2, period: '60s', margin: 1000 }, shards: 1 }))
    const set = { concurrency: 7, by: 'ann', reason: 'slow today' }
    await overrideLimits(world.context, queueOf(world), 'acme', set)
    const [one, ...others] = jobsIn(asShard('crm|acme'), 4)
    if (!one) throw new Error('no job')
    world.put(one)
    await world.settle()
    expect((await stats(world)).rate).toEqual({ allowed: 2, period_ms: 60_000, used: 1 })
    world.put(...others)
    await world.settle()
    const slow = { until: NOW + 9000, reason: 'HTTP 429' }
    await slowPartition(world.context, queueOf(world), 'acme', slow)
    const seen = await stats(world)
    expect(seen).toMatchObject({
      waiting: { count: 2 },
      configured: { rateLimit: { allowed: 2 } },
      inForce: { concurrency: 7, rateLimit: { allowed: 2 } },
      override: set,
      slowedDown: slow,
      rate: { allowed: 2, period_ms: 60_000, used: 2 },
    })
    const [first] = world.attempts
    expect(seen.rate?.reopensAt).toBe((first?.at ?? 0) + 61_000)
    world.now += 10_000
    expect((await stats(world)).slowedDown).toBeUndefined()
  })

  test('shows what its shards have borrowed, and leaves out those that are damaged', async () => {
    const world = new World(configOf({ concurrency: 20, shards: 3, timeout: '10s' }))
    world.put(...jobsIn(shard(0), 3), ...jobsIn(shard(1), 2))
    await world.stream()
    const { shards, inFlight } = await stats(world)
    expect(inFlight).toBe(5)
    expect(shards.map(({ shard, lent, borrowed }) => [shard, lent, borrowed])).toEqual([
      ['crm|acme', 5, 0],
      [shard(0), 0, 3],
      [shard(1), 0, 2],
    ])
    damage(world, shard(0))
    expect(await stats(world)).toMatchObject({
      inFlight: 2,
      troubles: [{ kind: 'damaged', shard: shard(0) }],
    })
  })

  test('says that there may be more if counting ended at its bound, and how old the oldest is that does not run', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    world.put(jobItem({ id: 'runs', runAt: NOW - 9000 }), jobItem({ id: 'waits', runAt: NOW - 4000 }))
    await world.stream()
    expect(await stats(world)).toMatchObject({ inFlight: 1, waiting: { count: 1 }, oldest_ms: 4000 })
    const { jobs } = world.context.store
    const { count } = jobs
    const bounded: typeof count = async (query) => ({ ...(await count(query)), atLeast: true })
    Object.assign(jobs, { count: bounded })
    expect((await stats(world)).waiting).toMatchObject({ atLeast: true })
  })

  test('is never counted by a scan, and asking writes nothing', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    world.put(...jobsIn(asShard('crm|acme'), 3))
    await world.stream()
    const { states, jobs } = world.context.store
    const scans = async () => expect.unreachable('a scan')
    Object.assign(states, { scan: scans })
    Object.assign(jobs, { shards: scans })
    const before = structuredClone([...world.tables.states])
    const seen = await stats(world)
    expect(seen.waiting).toEqual({ count: 2 })
    expect(JSON.parse(JSON.stringify(seen))).toEqual(seen)
    expect([...world.tables.states]).toEqual(before)
  })
})

test('partitions are those with a state item, of one queue or of all', async () => {
  const world = new World(configOf({ concurrency: 1, shards: 1 }))
  world.put(
    jobItem({ pk: asShard('crm|a') }),
    ...jobsIn(asShard('crm|b'), 2),
    jobItem({ pk: asShard('fax|a') }),
  )
  await world.stream()
  const of = async (queue?: string) =>
    (await Array.fromAsync(partitionsOf(world.context, queue)))
      .map(({ queue, partition, inFlight, waiting }) => [queue, partition, inFlight, waiting])
      .sort()
  expect(await of('crm')).toEqual([
    ['crm', 'a', 1, false],
    ['crm', 'b', 1, true],
  ])
  expect((await of()).map(([queue]) => queue)).toEqual(['crm', 'crm', 'fax'])
})
