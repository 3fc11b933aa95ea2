/** Whoever ends a slow-down before its time wakes all that wait for its end, also those that stand in no books. */
import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { slowPartition } from '../../../lib/use-cases/operate/slow-down.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { ahead } from '../../support/interleave.ts'
import { crm, inPagesOfTwo } from '../../support/whole-queue.ts'
import { World } from '../../support/world.ts'

const HOUR = 3_600_000
const API = poolNamed('api')
const BY_CUSTOMER = { partition: { payload: 'customer' }, concurrency: 2, shards: 1, timeout: '10s' } as const
const TAGS = [{ key: 'user', each: true, concurrency: 3 }] as const

const pooled = defineConfig({
  pools: { api: { concurrency: 5 } },
  queues: { crm: { ...BY_CUSTOMER, pools: { api: 1 } }, free: BY_CUSTOMER },
})
const tagged = defineConfig({ tags: TAGS, queues: { crm: BY_CUSTOMER, free: BY_CUSTOMER } })
const plain = defineConfig({ queues: { crm: BY_CUSTOMER, free: BY_CUSTOMER } })

const inAnHour = (by = 'ann') => ({ until: NOW + HOUR, reason: 'their incident', by })
const many = <T>(of: (n: number) => T): T[] => Array.from({ length: 5 }, (_, n) => of(n))
const jobOf = (pk: string, id: string, extra: object = {}) => ({
  ...jobItem({ pk: pk as ShardKey, id, payload: { customer: pk.split('|')[1]?.split('+')[0] ?? '' } }),
  ...extra,
})

/** Who is to be visited now; they are still to be. */
async function wokenIn(world: World): Promise<string[]> {
  const wakes = world.takeWakes()
  await world.context.wake.send(wakes)
  return wakes.map(({ shard }) => shard).toSorted()
}

/** How often the State table is read through. */
function scansOf({ context: { store } }: World) {
  const seen: object[] = []
  const scan = store.states.scan.bind(store.states)
  const noted = (query: object = {}) => {
    seen.push(query)
    return scan(query)
  }
  Object.assign(store.states, { scan: noted })
  return seen
}

/** Five lanes of a partition, and one of another, in which jobs wait for the end of slow-downs. */
async function slowedLanes(): Promise<World> {
  const world = new World(tagged)
  for (const partition of ['acme', 'globex'])
    await slowPartition(world.context, crm(world), partition, inAnHour())
  world.put(...many((n) => jobOf('crm|acme', `a${n}`, { tags: { user: `u${n}` } })))
  world.put(jobOf('crm|globex', 'g1', { tags: { user: 'u1' } }))
  await world.live(10_000)
  expect(world.ran).toEqual([])
  expect(Object.keys(world.state('crm|acme' as ShardKey).books?.slots.line ?? {})).toEqual([])
  return world
}

async function slowedPool(): Promise<World> {
  const world = new World(pooled)
  await slowLimiter(world.context, API, inAnHour())
  await slowPartition(world.context, { ...crm(world), name: 'free' }, 'theirs', inAnHour())
  world.put(...many((n) => jobOf(`crm|c${n}`, `a${n}`)), jobOf('free|theirs', 'f1'))
  await world.live(10_000)
  expect(world.ran).toEqual([])
  return world
}

describe('whoever ends the slow-down', () => {
  test('of a partition wakes its lanes, and no other', async () => {
    const world = await slowedLanes()
    world.takeWakes()
    await slowPartition(world.context, crm(world), 'acme', undefined)
    expect((await wokenIn(world)).filter((shard) => !shard.startsWith('crm|acme'))).toEqual([])
    await world.live(5000)
    expect(world.ran.toSorted()).toEqual(['a0', 'a1', 'a2', 'a3', 'a4'])
  })

  test('of a pool wakes all shards that it covers, and no other', async () => {
    const world = await slowedPool()
    inPagesOfTwo(world)
    world.takeWakes()
    await slowLimiter(world.context, API, undefined)
    expect(await wokenIn(world)).toEqual(many((n) => `crm|c${n}`))
    await world.live(5000)
    expect(world.ran.toSorted()).toEqual(['a0', 'a1', 'a2', 'a3', 'a4'])
  })

  test('by a time that comes earlier has them start at that', async () => {
    const world = await slowedPool()
    const until = world.now + 60_000
    await slowLimiter(world.context, API, { ...inAnHour(), until })
    await world.live(70_000)
    expect(world.attempts.map(({ at }) => at >= until && at < until + 5000)).toEqual(many(() => true))
  })

  test('wakes those, too, whose pass was under way', async () => {
    const world = await slowedPool()
    world.put(jobOf('crm|late', 'late'))
    const { context } = world
    const [asleep, written] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const sleep = () => {
      asleep.resolve()
      return written.promise
    }
    const ending: Promise<void>[] = []
    // It has read that the pool is slowed down, and writes that down when whoever ends that sleeps, or is done.
    ahead(world, 'pass', () => {
      ending.push(slowLimiter({ ...context, clock: { now: () => world.now, sleep } }, API, undefined))
      return Promise.race([...ending, asleep.promise])
    })
    await world.stream()
    written.resolve()
    await Promise.all(ending)
    await world.live(5000)
    expect(world.ran).toContain('late')
  })

  test('reads the table as it is, and only if somebody may wait that nobody knows', async () => {
    const world = await slowedPool()
    const scans = scansOf(world)
    await slowLimiter(world.context, API, undefined)
    expect(scans.length).toBeGreaterThan(0)
    for (const query of scans) expect(query).toMatchObject({ isStrong: true })
    scans.length = 0
    await slowLimiter(world.context, API, undefined)
    await slowLimiter(world.context, API, inAnHour())
    await slowLimiter(world.context, API, { ...inAnHour(), until: NOW + 2 * HOUR })
    world.now = NOW + 3 * HOUR
    await slowLimiter(world.context, API, undefined)
    expect(scans).toEqual([])
  })

  test.each([
    ['without lanes', plain, 1, 0],
    ['with lanes', tagged, 1, 1],
    ['that is spread', plain, 3, 1],
  ])(
    'of a partition %s reads the table only for what its item does not name',
    async (_, config, shards, times) => {
      const world = new World(config)
      const queue = { ...crm(world), shards }
      const scans = scansOf(world)
      await slowPartition(world.context, queue, 'acme', inAnHour())
      await slowPartition(world.context, queue, 'acme', undefined)
      expect(scans).toHaveLength(times)
    },
  )
})
