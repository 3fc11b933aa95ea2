/** What limiters lend, who stands in their lines, and which starts are granted is said when it has come true, and once. */
import { describe, expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const QUEUE = { partition: { payload: 'customer' }, concurrency: 1, timeout: 60_000 } as const
const TOTAL = limiterKey(totalOf('crm'))
const job = (pk: string, id: string): JobItem => jobItem({ pk: pk as ShardKey, id })
const worldOf = (total: number) => new World(defineConfig({ queues: { crm: { ...QUEUE, total } } }))

const toldBy = (world: World): string[] =>
  world.happened.flatMap((event) => {
    if (event.kind === 'starts granted')
      return [`${event.shard} ${event.starts} starts of ${event.limiter} from ${event.from - NOW}`]
    if (event.kind !== 'books changed') return []
    const { shard, limiter, change } = event
    return [
      `${shard} ${change.kind}${'units' in change ? ` ${change.units}` : ''} ${change.resource} of ${limiter}`,
    ]
  })

/** What is said from now on, and what had been said whenever a write of the total's books was made. */
function listening(world: World) {
  const { states } = world.context.store
  const { writeBooks } = states
  const before: string[][] = []
  world.happened.length = 0
  Object.assign(states, {
    writeBooks: async (...call: Parameters<typeof writeBooks>) => {
      const outcome = await writeBooks(...call)
      if (call[0].shard === TOTAL) before.push(toldBy(world))
      return outcome
    },
  })
  return before
}

describe('of a total', () => {
  test('what is borrowed, who waits, what comes back, to whom it goes on, and who waits no more', async () => {
    const world = worldOf(1)
    const end = longRunning(world, () => true)
    world.put(job('crm|a', 'a1'))
    const before = listening(world)
    await deliver(world)
    expect([before[0], toldBy(world)]).toEqual([[], ['crm|a borrowed 1 slots of total|crm']])
    world.happened.length = 0
    world.put(job('crm|b', 'b1'))
    await deliver(world)
    expect(toldBy(world)).toEqual(['crm|b waits slots of total|crm'])
    world.happened.length = 0
    end()
    await deliver(world)
    expect([...world.running]).toEqual(['b1'])
    expect(toldBy(world)).toEqual([
      'crm|a given back 1 slots of total|crm',
      'crm|b passed on 1 slots of total|crm',
      'crm|b waits no more slots of total|crm',
    ])
  })

  test('nothing is said while nothing happens', async () => {
    const world = worldOf(1)
    longRunning(world, () => true)
    world.put(job('crm|a', 'a1'), job('crm|b', 'b1'))
    await deliver(world)
    listening(world)
    for (const shard of ['crm|a', 'crm|b'] as ShardKey[])
      await world.context.wake.send([{ shard, delay_ms: 0 }])
    await live(world, 1000)
    await sweep(world.context, { remaining_ms: () => 300_000 })
    expect(toldBy(world)).toEqual([])
  })
})

/** Each write is sent again, for its reply is lost: as the SDK does it. */
function losingReplies(world: World): void {
  const { states } = world.context.store
  const { writeBooks, grantStarts } = states
  Object.assign(states, {
    writeBooks: async (...call: Parameters<typeof writeBooks>) => {
      await writeBooks(...call)
      return writeBooks(...call)
    },
    grantStarts: async (...call: Parameters<typeof grantStarts>) => {
      await grantStarts(...call)
      return grantStarts(...call)
    },
  })
}

/** Another is faster at the second rate, the first time. */
function losingOnce(world: World): void {
  const { states } = world.context.store
  const { grantStarts } = states
  let isFirst = true
  Object.assign(states, {
    grantStarts: (...call: Parameters<typeof grantStarts>) => {
      if (!isFirst || call[0].shard !== limiterKey(poolNamed('mailer'))) return grantStarts(...call)
      isFirst = false
      return Promise.resolve({ kind: 'conflict' })
    },
  })
}

test('a write whose reply was lost is said once', async () => {
  const world = worldOf(1)
  losingReplies(world)
  const end = longRunning(world, () => true)
  for (const one of [job('crm|a', 'a1'), job('crm|b', 'b1')]) {
    world.put(one)
    await deliver(world)
  }
  end()
  await deliver(world)
  end()
  await deliver(world)
  expect(toldBy(world)).toEqual([
    'crm|a borrowed 1 slots of total|crm',
    'crm|b waits slots of total|crm',
    'crm|a given back 1 slots of total|crm',
    'crm|b passed on 1 slots of total|crm',
    'crm|b waits no more slots of total|crm',
    'crm|b given back 1 slots of total|crm',
  ])
})

test('a write that has lost is not said', async () => {
  const world = worldOf(1)
  Object.assign(world.context.store.states, { writeBooks: async () => ({ kind: 'conflict' }) })
  world.put(job('crm|a', 'a1'))
  await world.stream()
  expect(toldBy(world)).toEqual([])
})

test('what a shard of a large partition does not use is given back by it, and borrowed by the other', async () => {
  const rateLimit = { allowed: 4, period: 60_000, margin: 0 }
  const world = new World(
    defineConfig({ queues: { crm: { concurrency: 2, shards: 2, rateLimit, timeout: 10_000 } } }),
  )
  world.put(...[1, 2].map((n) => job('crm||0', `a${n}`)))
  await live(world, 1000)
  world.happened.length = 0
  longRunning(world, () => true)
  world.put(...[1, 2].map((n) => job('crm||1', `b${n}`)))
  await deliver(world)
  expect(toldBy(world)).toEqual([
    'crm||1 borrowed 2 starts of crm',
    'crm||0 given back 2 slots of crm',
    'crm||1 borrowed 2 slots of crm',
  ])
})

describe('of a shared rate', () => {
  const ofRate = (allowed: number) => ({ rateLimit: { allowed, period: 10_000, margin: 0 } })
  const CONFIG = defineConfig({
    pools: { api: ofRate(4), mailer: ofRate(3) },
    queues: { crm: { ...QUEUE, concurrency: 9, pools: { api: 1, mailer: { cost: 2 } } } },
  })

  const GRANTED = ['crm|a 2 starts of pool|api from 0', 'crm|a 4 starts of pool|mailer from 0']

  test.each([
    ['the starts that it has granted', () => {}],
    ['the same once if a reply was lost', losingReplies],
    ['the same if another was faster at one of the rates at first, and all went back', losingOnce],
  ])('%s', async (_what, prepare) => {
    const world = new World(CONFIG)
    prepare(world)
    world.put(job('crm|a', 'a1'), job('crm|a', 'a2'))
    await world.stream()
    expect(toldBy(world)).toEqual(GRANTED)
  })
})
