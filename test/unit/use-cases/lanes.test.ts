/** Lanes, on the memory store: jobs that pools or tags cover, and what becomes of those that lie in the wrong place. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { Labels } from '../../../lib/core/job/labels.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { eachNamed, poolNamed, tagNamed } from '../../../lib/core/limits/limiter-name.ts'
import { limiterKey } from '../../../lib/core/limits/queue-limiter.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { deliver, live } from '../../support/interleave.ts'
import { untyped } from '../../support/untyped.ts'
import { World } from '../../support/world.ts'

const CRM = { partition: { payload: 'customer' }, concurrency: 2, timeout: 10_000 } as const
const CONFIG = {
  pools: { gpu: { concurrency: 4 } },
  tags: [
    { key: 'model', concurrency: 2 },
    { key: 'user', each: true, concurrency: 1 },
  ],
  queues: { crm: CRM, mail: { timeout: 10_000 } },
} as const satisfies ConfigInput

const worldOf = (input: ConfigInput) => new World(defineConfig(input))
/** As the client puts it. */
const asked = (id: string, labels: Labels, queue = 'crm', customer = 'acme'): JobItem => {
  const job = newJob(defineConfig(CONFIG), { queue, task: 'sync', payload: { customer }, id, ...labels }, NOW)
  if (!job.ok) throw new Error(job.reason)
  return job.value
}
const raw = (id: string, labels: Labels, pk = 'crm|acme') =>
  ({ ...jobItem({ pk: pk as ShardKey, id, task: 'sync' }), ...labels }) as JobItem
const inFlight = (world: World, prefix = '') =>
  [...world.tables.states.values()]
    .filter(({ shard }) => shard.startsWith(prefix))
    .reduce((sum, { slots }) => sum + Object.keys(slots).length, 0)
function holding(world: World): () => void {
  const ends: (() => void)[] = []
  world.handler = () => new Promise<TaskOutcome>((resolve) => ends.push(() => resolve({ kind: 'succeeded' })))
  return () => {
    for (const end of ends.splice(0)) end()
  }
}
const booksOf = (world: World, name = poolNamed('gpu')) => world.state(limiterKey(name)).books?.slots

describe('jobs that limits cover', () => {
  test('have a lane with the names of the limiters and the weights', () => {
    expect(asked('a', { pools: { gpu: 2 }, tags: { model: 'x', other: 'y' } }).pk).toBe(
      'crm|acme|+pool.gpu*2+tag.model',
    )
    expect(asked('a', { tags: { user: 'ann+bob' } }, 'mail').pk).toMatch(/^mail\|\|\+each\.user=ann%2Bbob$/)
    expect(asked('a', { tags: { other: 'y' } }).pk).toBe('crm|acme')
  })

  test('of a partition without a limit that is not spread run as many as their tag lets', async () => {
    const tags = [{ key: 'model', concurrency: 30 }]
    const world = worldOf({ tags, queues: { crm: { partition: CRM.partition, shards: 1 } } })
    holding(world)
    for (let n = 0; n < 40; n++) world.put(asked(`job-${n}`, { tags: { model: 'x' } }))
    await deliver(world)
    expect(inFlight(world)).toBe(30)
  })

  test('run by the limit of a tag, over queues and partitions', async () => {
    const world = worldOf(CONFIG)
    holding(world)
    for (const n of [1, 2]) world.put(asked(`c${n}`, { tags: { model: 'x' } }, 'crm', `c${n}`))
    for (const n of [1, 2]) world.put(asked(`m${n}`, { tags: { model: 'y' } }, 'mail'))
    world.put(asked('free', { tags: { other: 'z' } }, 'crm', 'c1'))
    await deliver(world)
    expect(inFlight(world)).toBe(3)
    expect(inFlight(world, 'crm|c1')).toBeGreaterThan(0)
  })

  test('of each value have a limit of their own', async () => {
    const world = worldOf(CONFIG)
    for (const user of ['ann', 'bob'])
      for (const n of [1, 2, 3]) world.put(asked(`${user}${n}`, { tags: { user } }, 'mail'))
    await live(world, 60_000)
    expect(world.ran).toHaveLength(6)
    expect(world.mostAtOnce).toBe(2)
    expect(booksOf(world, eachNamed('user', 'ann'))).toEqual({ loans: {}, line: {} })
  })

  test('use the units of pools by their weights', async () => {
    const world = worldOf(CONFIG)
    for (const n of [1, 2, 3, 4]) world.put(asked(`a${n}`, { pools: { gpu: 3 } }, 'crm', `c${n}`))
    for (const n of [1, 2, 3, 4]) world.put(asked(`b${n}`, { pools: { gpu: 1 } }, 'mail'))
    await live(world, 120_000)
    expect(world.ran).toHaveLength(8)
    expect(world.mostAtOnce).toBeLessThanOrEqual(4)
    expect(booksOf(world)).toEqual({ loans: {}, line: {} })
  })

  test('say more than their queue about a pool that both name', async () => {
    const world = worldOf({ ...CONFIG, queues: { crm: { ...CRM, concurrency: 9, pools: { gpu: 1 } } } })
    holding(world)
    for (const n of [1, 2, 3]) world.put(raw(`a${n}`, { pools: { gpu: 2 } }, 'crm|acme|+pool.gpu*2'))
    await deliver(world)
    expect(inFlight(world)).toBe(2)
  })
})

describe('blocked jobs', () => {
  test('hide nobody: the others of their partition go on, one at a time too', async () => {
    const world = worldOf({ ...CONFIG, queues: { crm: { ...CRM, concurrency: 1 }, mail: {} } })
    const end = holding(world)
    world.put(asked('m1', { tags: { model: 'x' } }, 'mail'), asked('m2', { tags: { model: 'x' } }, 'mail'))
    await deliver(world)
    expect(inFlight(world, 'mail')).toBe(2)
    for (let n = 0; n < 10; n++) world.put(asked(`b${n}`, { tags: { model: 'x' } }))
    await deliver(world)
    expect(inFlight(world, 'crm')).toBe(0)
    world.put(asked('free', {}))
    await deliver(world)
    expect(Object.keys(world.state('crm|acme' as ShardKey).slots)).toEqual(['free'])
    end()
  })

  test('run in the end, although others of their partition have work all the time', async () => {
    const world = worldOf({
      ...CONFIG,
      queues: { crm: { ...CRM, concurrency: 1 }, mail: { timeout: 10_000 } },
    })
    for (let n = 0; n < 6; n++) world.put(asked(`m${n}`, { tags: { model: 'x' } }, 'mail'))
    for (let n = 0; n < 4; n++) world.put(asked(`b${n}`, { tags: { model: 'x' } }))
    for (let n = 0; n < 8; n++) world.put(asked(`f${n}`, {}))
    await live(world, 200_000)
    for (let n = 0; n < 9; n++) await deliver(world)
    expect(world.ran).toHaveLength(18)
    expect(booksOf(world, tagNamed('model'))).toEqual({ loans: {}, line: {} })
  })
})

describe('a job in the wrong place', () => {
  test('is moved to its lane, with all that it has, and runs there once', async () => {
    const world = worldOf(CONFIG)
    const item = { ...raw('a', { tags: { model: 'x' } }), attempt: 2, mine: 'kept' }
    world.put(item)
    await world.stream()
    expect([...world.tables.jobs.keys()]).toEqual(['crm|acme|+tag.model'])
    expect(world.tables.jobs.get('crm|acme|+tag.model')?.get(item.sk)).toMatchObject({
      attempt: 2,
      mine: 'kept',
    })
    await live(world, 30_000)
    expect(world.ran).toEqual(['a'])
  })

  test('goes from a lane that covers too much back to the plain shard', async () => {
    const world = worldOf(CONFIG)
    world.put(raw('a', {}, 'crm|acme|+tag.model'), raw('b', { tags: { user: 'ann' } }, 'crm|acme|+tag.model'))
    await live(world, 30_000)
    expect(world.ran.toSorted()).toEqual(['a', 'b'])
    expect(world.attempts).toHaveLength(2)
  })

  test('that is put once more after it was moved is the same job; a twin goes behind it', async () => {
    const world = worldOf(CONFIG)
    holding(world)
    const item = raw('a', { tags: { model: 'x' } })
    world.put(item)
    await world.stream()
    world.put(item)
    await world.stream()
    expect([...(world.tables.jobs.get('crm|acme|+tag.model')?.keys() ?? [])]).toEqual([item.sk])
    world.put({ ...item, payload: { customer: 'acme', other: true } })
    await world.stream()
    expect(world.tables.jobs.get('crm|acme|+tag.model')?.size).toBe(2)
    expect(world.tables.jobs.has('crm|acme')).toBe(false)
  })

  test('is not moved while it is claimed: a deploy has given its tag a limit', async () => {
    const before = worldOf({ ...CONFIG, tags: [] })
    before.put(
      raw('a', { tags: { model: 'x' } }),
      raw('b', { tags: { model: 'x' } }),
      raw('c', { tags: { model: 'x' } }),
    )
    await before.stream()
    const messages = before.takeWork()
    expect(messages).toHaveLength(2)
    const after = worldOf(CONFIG)
    Object.assign(after.tables, { jobs: before.tables.jobs, states: before.tables.states })
    await after.pass()
    expect(after.tables.jobs.get('crm|acme')?.size).toBe(3)
    for (const message of messages) await after.work(message)
    await live(after, 60_000)
    expect(after.ran.toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('stays while a deploy is under way by which others may know its lane', async () => {
    const world = worldOf({ ...CONFIG, tags: [] })
    world.isAlone = false
    world.put(asked('a', { tags: { model: 'x' } }))
    await deliver(world)
    expect([...world.tables.jobs.keys()]).toEqual(['crm|acme|+tag.model'])
    world.isAlone = true
    await live(world, 60_000)
    expect(world.ran).toEqual(['a'])
  })

  test('takes its unique key along', async () => {
    const world = worldOf(CONFIG)
    const item = { ...raw('a', { tags: { model: 'x' } }), uniqueKey: 'k' }
    const pk = '$unique|crm|k'
    world.tables.locks.set(pk, { pk, sk: 'lock', job: { pk: item.pk, sk: item.sk }, expiresAt: 1 })
    world.put(item)
    await world.stream()
    expect(world.tables.locks.get(pk)?.job).toEqual({ pk: 'crm|acme|+tag.model', sk: item.sk })
  })
})

describe('bad ones', () => {
  test.each<[Labels, string]>([
    [{ pools: { tpu: 1 } }, 'there is no pool "tpu"; there are: gpu'],
    [{ pools: { gpu: 5 } }, 'a job that takes 5 units of the pool "gpu" of 4 could never run'],
    [{ pools: { gpu: 0 } }, 'pools.gpu: a job takes at least one unit of a pool'],
    [{ tags: { model: '' } }, 'tags.model: the value of a tag is not empty'],
    [{ tags: { 'a b': 'x' } }, 'tags.a b'],
  ])('%j are refused when they are enqueued', (labels, why) => {
    expect(() => asked('a', labels)).toThrow(why)
  })

  test('in raw items are dead letters', async () => {
    const world = worldOf(CONFIG)
    world.put({ ...raw('a', {}), tags: untyped('x') }, { ...raw('b', {}), pools: untyped({ gpu: 'x' }) })
    await deliver(world)
    expect(world.tables.history.map(({ reason }) => reason)).toEqual(['refused', 'refused'])
  })

  test('an unknown pool in a raw item may be known to a newer configuration: for a day', async () => {
    const world = worldOf(CONFIG)
    world.put(raw('a', { pools: { tpu: 1 } }))
    await live(world, 120_000)
    expect([...world.tables.jobs.keys()]).toEqual(['crm|acme|+pool.tpu'])
    for (let hour = 0; hour < 25; hour++) {
      world.now += 3_600_000
      await world.sweep()
      await deliver(world)
    }
    expect(world.tables.history.map(({ error }) => error)).toEqual([
      'there is no pool "tpu"; there are: gpu, for a day',
    ])
  })
})
