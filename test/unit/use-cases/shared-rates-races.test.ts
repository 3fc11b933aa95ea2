/** What goes back of starts that rates have granted, and what must not be forgotten of those that were made. */
import { expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { Grant } from '../../../lib/core/limits/grant.ts'
import { limiterKey, poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { askForStarts } from '../../../lib/use-cases/lending/grants.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const rate = (allowed: number, period: number) => ({ rateLimit: { allowed, period, margin: 0 } })
const CONFIG = defineConfig({
  pools: { api: rate(3, 10_000), mails: rate(3, 10_000) },
  queues: { crm: { partition: { payload: 'customer' }, timeout: 10_000, pools: { api: 1, mails: 1 } } },
})
const [API, MAILS] = [limiterKey(poolNamed('api')), limiterKey(poolNamed('mails'))]
const SHARD = 'crm|acme' as ShardKey
const ALONE = defineConfig({
  pools: { api: rate(3, 10_000) },
  queues: { crm: { partition: { payload: 'customer' }, timeout: 10_000, pools: { api: 1 } } },
})
/** One after the other of one customer, so that a worker goes on with the next. */
const serial = (margin: number) =>
  defineConfig({
    pools: { api: { rateLimit: { allowed: 3, period: 10_000, margin } } },
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: 1000, pools: { api: 1 } } },
  })
const SERIAL = serial(0)
const mine = (n: number) => jobItem({ pk: SHARD, id: `job${n}`, task: 'sync' })
/** Each further call of the verb is done, and takes so long. */
function slow(world: World, verb: 'start' | 'pass', late_ms: number): void {
  const { states } = world.context.store
  const call = states[verb] as (...given: unknown[]) => Promise<unknown>
  Object.assign(states, {
    [verb]: async (...given: unknown[]) => {
      const outcome = await call(...given)
      world.now += late_ms
      return outcome
    },
  })
}
async function claimed(world: World) {
  world.put(mine(1))
  await world.stream()
  const [message] = world.takeWork()
  if (!message?.granted) throw new Error('no message')
  return { message, until: message.granted.until }
}
const job = (n: number) => jobItem({ pk: `crm|c${n}` as ShardKey, id: `job${n}`, task: 'sync' })
const startsIn = (world: World, limiter: ShardKey) =>
  Object.values(world.state(limiter).window).reduce((sum, count) => sum + count, 0)

test('what one limiter has granted goes back if another was faster at the next', async () => {
  const world = new World(CONFIG)
  const { states } = world.context.store
  const { grantStarts } = states
  let calls = 0
  Object.assign(states, {
    grantStarts: async (...call: Parameters<typeof grantStarts>) =>
      ++calls === 2 ? { kind: 'conflict' } : grantStarts(...call),
  })
  const starts = [world.now]
  const state = emptyState(SHARD)
  const shared = await askForStarts(world.context, {
    state,
    starts,
    hasWork: true,
    isOwn: false,
    granted: [],
  })
  expect(shared).toMatchObject({ grants: [{ at: world.now }] })
  expect([calls, startsIn(world, API), startsIn(world, MAILS)]).toEqual([4, 1, 1])
})

test('a limiter that is paused forgets no start, for it may go on within the window of its own rate', async () => {
  const world = new World(ALONE)
  for (const n of [1, 2, 3]) {
    world.put(job(n))
    await live(world, 2000)
  }
  world.put(job(4))
  await live(world, 2500)
  await setLimiter(world.context, poolNamed('api'), { rateLimit: { allowed: 0, period_ms: 1000 } })
  await live(world, 1300)
  // The shard has looked, and given up the start that it was waiting for.
  expect(world.state('crm|c4' as ShardKey).granted).toBeUndefined()
  await setLimiter(world.context, poolNamed('api'), undefined)
  for (const n of [5, 6, 7]) world.put(job(n))
  await live(world, 60_000)
  const { attempts } = world
  const most = attempts.map(({ at }) => attempts.filter((one) => one.at > at - 10_000 && one.at <= at).length)
  expect([attempts.length, Math.max(...most)]).toEqual([7, 3])
})

test('nor does it when a visit gives up what it was granted before the pause', async () => {
  const world = new World(ALONE)
  for (const n of [1, 2, 3]) world.put(job(n))
  await live(world, 2000)
  const ask = async (granted: readonly Grant[]) => {
    const asked = await askForStarts(world.context, {
      state: emptyState(SHARD),
      starts: [world.now],
      hasWork: true,
      isOwn: false,
      granted,
    })
    if (asked === undefined || asked === 'stale') throw new Error('no answer')
    return asked
  }
  const { ahead } = await ask([])
  if (!ahead) throw new Error('nothing is granted')
  expect(startsIn(world, API)).toBe(4)
  await setLimiter(world.context, poolNamed('api'), { rateLimit: { allowed: 0, period_ms: 1000 } })
  expect((await ask([ahead])).grants).toEqual([])
  expect(startsIn(world, API)).toBe(3)
})

test('a job does not start behind the time for which its start was granted, be it a moment', async () => {
  const world = new World(serial(1000))
  const { message, until } = await claimed(world)
  world.now = until + 1
  await world.work(message)
  expect([world.attempts, world.jobs[0]?.['attempt']]).toEqual([[], undefined])
})

test('nor if the write of its start takes so long', async () => {
  const world = new World(SERIAL)
  const { message, until } = await claimed(world)
  slow(world, 'start', until - world.now + 100)
  await world.work(message)
  expect([world.attempts, world.jobs[0]?.['attempt']]).toEqual([[], undefined])
})

test('nor if a worker takes it over, and that takes so long', async () => {
  const world = new World(SERIAL)
  world.put(mine(2))
  const { message } = await claimed(world)
  slow(world, 'pass', 20_000)
  world.remaining_ms = 600_000
  await world.work(message)
  expect(world.attempts).toHaveLength(1)
  expect(world.jobs.map(({ attempt }) => attempt)).toEqual([undefined])
})

test('nor by a message that was lost, and is sent again', async () => {
  const world = new World(SERIAL)
  await claimed(world)
  world.now += 120_000
  await world.sweep()
  await world.wake()
  const [again] = world.takeWork()
  expect(again?.granted?.until).toBeLessThan(world.now)
  if (again) await world.work(again)
  expect(world.attempts).toEqual([])
  await live(world, 60_000)
  expect(world.ran).toEqual(['job1'])
})

test.each(['replaced', 'given up'])('a visit that is %s gives back what it was granted', async (how) => {
  const world = new World(SERIAL)
  const { states } = world.context.store
  Object.assign(states, {
    pass: async () => {
      world.isReplaced = how === 'replaced'
      return { kind: 'conflict' }
    },
  })
  world.put(mine(1))
  await world.pass(SHARD)
  expect([world.state(API).version ?? 0, startsIn(world, API)]).toEqual([expect.any(Number), 0])
  expect(world.state(API).version).toBeGreaterThan(0)
})
