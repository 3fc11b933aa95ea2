/** A job whose message has waited for a worker does not start in what somebody has stopped meanwhile: it goes back unspent. */
import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { paused, resumed } from '../../../lib/core/limits/pause.ts'
import { poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import type { WorkMessage } from '../../../lib/ports/queues.ts'
import { pauseQueue, resumeQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { amendLimiter, setLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { amendLimits, overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { setQueueLimits } from '../../../lib/use-cases/operate/set-queue-limits.ts'
import { slowPartition } from '../../../lib/use-cases/operate/slow-down.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { crm } from '../../support/whole-queue.ts'
import { World } from '../../support/world.ts'

const MINUTE = 60_000
const [API, CALLS] = [poolNamed('api'), poolNamed('calls')]
const NOTE = { by: 'ann', reason: 'their incident' }
const inAnHour = (world: World) => ({ until: world.now + 60 * MINUTE, ...NOTE })
const PLAIN = 'crm|acme' as ShardKey

function worldOf(queue: Partial<QueueInput> = {}): World {
  const config = defineConfig({
    pools: { api: { concurrency: 5 }, calls: { rateLimit: { allowed: 100, period: '1h' } } },
    queues: {
      crm: { partition: { payload: 'customer' }, concurrency: 4, shards: 1, timeout: '10s', ...queue },
    },
  })
  return new World(config)
}

/** Three jobs that are claimed, and whose messages wait. */
async function claimed(world: World, pk: ShardKey = PLAIN): Promise<WorkMessage[]> {
  world.put(...['a', 'b', 'c'].map((id) => jobItem({ pk, id, payload: { customer: 'acme' } })))
  await world.stream()
  const messages = world.takeWork()
  expect(messages.length).toBeGreaterThan(0)
  return messages
}

async function deliver(world: World, messages: readonly WorkMessage[]): Promise<void> {
  for (const message of messages) await world.work(message)
}

type Act = (world: World) => Promise<unknown>
const change = (world: World, of: Parameters<typeof amendLimits>[3]) =>
  amendLimits(world.context, crm(world), 'acme', of)
const limits = (world: World, concurrency?: number) =>
  overrideLimits(world.context, crm(world), 'acme', concurrency === undefined ? undefined : { concurrency })

const STOPS: readonly [string, Act, Act][] = [
  [
    'its queue',
    ({ context }) => pauseQueue(context, 'crm', NOTE),
    ({ context }) => resumeQueue(context, 'crm'),
  ],
  [
    'all partitions of its queue',
    (world) => setQueueLimits(world.context, crm(world), { concurrency: 0 }),
    (world) => setQueueLimits(world.context, crm(world), undefined),
  ],
  ['its partition', (world) => change(world, paused(NOTE)), (world) => change(world, resumed)],
  ['its partition, by a limit of 0', (world) => limits(world, 0), (world) => limits(world)],
  [
    'its partition for a while',
    (world) => slowPartition(world.context, crm(world), 'acme', inAnHour(world)),
    (world) => slowPartition(world.context, crm(world), 'acme', undefined),
  ],
  [
    'a pool of its queue',
    ({ context }) => amendLimiter(context, API, paused(NOTE)),
    ({ context }) => amendLimiter(context, API, resumed),
  ],
  [
    'a pool of its queue for a while',
    (world) => slowLimiter(world.context, API, inAnHour(world)),
    (world) => slowLimiter(world.context, API, undefined),
  ],
  [
    'its total',
    ({ context }) => setLimiter(context, totalOf('crm'), { concurrency: 0 }),
    ({ context }) => setLimiter(context, totalOf('crm'), undefined),
  ],
  [
    'a rate of its queue',
    (world) => slowLimiter(world.context, CALLS, inAnHour(world)),
    (world) => slowLimiter(world.context, CALLS, undefined),
  ],
]

describe.each([1, 2])('a claim whose message comes late (%d shards)', (shards) => {
  test.each(STOPS)('does not start when somebody has stopped %s', async (_, stop, go) => {
    const world = worldOf({ shards, total: 5, pools: { api: 1, calls: 1 }, retry: { attempts: 1 } })
    const messages = await claimed(world, shards === 1 ? PLAIN : (`${PLAIN}|1` as ShardKey))
    await stop(world)
    // A start of a shared rate is over sooner.
    world.now += 10_000
    await deliver(world, messages)
    await world.settle()
    expect([world.attempts, world.inFlight]).toEqual([[], []])
    await go(world)
    await world.live(2 * MINUTE)
    expect(world.attempts.map(({ id, attempt }) => [id, attempt])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ])
    expect([world.jobs, world.dead]).toEqual([[], []])
  })
})

test("a handler's answer holds those whose messages come after it", async () => {
  const world = worldOf()
  const until = NOW + 10 * MINUTE
  let told = false
  world.handler = async () => {
    if (told) return { kind: 'succeeded' }
    told = true
    return { kind: 'slowed', until, reason: 'HTTP 429' }
  }
  await deliver(world, await claimed(world))
  expect(world.attempts).toHaveLength(1)
  await world.live(11 * MINUTE)
  expect(world.attempts.slice(1).map(({ at, attempt }) => [at >= until, attempt])).toEqual(
    Array.from({ length: 3 }, () => [true, 1]),
  )
})

describe('what is read for it', () => {
  const readsOf = ({ context: { store, deployment } }: World): string[] => {
    const read: string[] = []
    const [shards, settings] = [store.states.read.bind(store.states), deployment.settings.bind(deployment)]
    const note =
      <Given extends readonly unknown[], Result>(
        what: string | undefined,
        ask: (...given: Given) => Result,
      ) =>
      (...given: Given): Result => {
        read.push(what ?? String(given[0]))
        return ask(...given)
      }
    Object.assign(store.states, { read: note(undefined, shards) })
    Object.assign(deployment, { settings: note('settings', settings) })
    return read
  }
  const started = async (world: World, messages: readonly WorkMessage[]) => {
    const read = readsOf(world)
    let before: string[] = []
    world.handler = async () => {
      before = [...read]
      return { kind: 'succeeded' }
    }
    await deliver(world, messages.slice(0, 1))
    return before
  }
  const SPREAD = { shards: 2, pools: { api: 1, calls: 1 } }
  const ONE = `${PLAIN}|1` as ShardKey

  test('is nothing where the message has come within two seconds', async () => {
    const world = worldOf(SPREAD)
    const messages = await claimed(world, ONE)
    world.now += 2000
    expect(await started(world, messages)).toEqual([])
    expect(world.attempts).toHaveLength(1)
  })

  test('is what others have written into, once for each, where it has not', async () => {
    const world = worldOf(SPREAD)
    const messages = await claimed(world, ONE)
    world.now += 2001
    expect((await started(world, messages)).toSorted()).toEqual(
      ['settings', PLAIN, '$limiter|pool|api', '$limiter|pool|calls'].toSorted(),
    )
    expect(world.attempts).toHaveLength(1)
  })

  test('keeps no job from starting if it cannot be had', async () => {
    const world = worldOf(SPREAD)
    const messages = await claimed(world, ONE)
    world.now += 5000
    const error = new Error('throttled')
    const { states } = world.context.store
    const read = states.read.bind(states)
    Object.assign(states, {
      read: (key: ShardKey) => (key === PLAIN ? Promise.reject(error) : read(key)),
    })
    world.handler = async () => {
      Object.assign(states, { read })
      return { kind: 'succeeded' }
    }
    await deliver(world, messages.slice(0, 1))
    expect(world.ran).toHaveLength(1)
    expect(world.heard('stops not read')).toEqual([{ kind: 'stops not read', shard: ONE, error }])
  })
})

test('a claim that is sent again is as old as it was', async () => {
  const world = worldOf({ shards: 2 })
  await claimed(world, `${PLAIN}|1` as ShardKey)
  // The messages are lost.
  await change(world, paused(NOTE))
  world.now += 2 * MINUTE
  await world.sweep()
  await world.wake()
  const again = world.takeWork()
  expect(again.length).toBeGreaterThan(0)
  await deliver(world, again)
  expect(world.attempts).toEqual([])
  await change(world, resumed)
  await world.live(MINUTE)
  expect(world.ran.toSorted()).toEqual(['a', 'b', 'c'])
})
