/** Shards that their throttles hold ask for nothing that they cannot use, and pass nothing on. What they can use they get, as any other. */
import { expect, test } from 'vitest'
import {
  type Config,
  type ConfigInput,
  defineConfig,
  type QueueInput,
} from '../../../lib/core/queue/config.ts'
import { asShard, jobItem } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const HOP_MS = 50
const EVERY_MS = 200

/** How often the State table is called from now on. */
function callsOf(world: World): () => number {
  const { states } = world.context.store
  let calls = 0
  const verbs = Object.entries(states) as [string, (...given: unknown[]) => unknown][]
  for (const [verb, call] of verbs) {
    const counted = (...given: unknown[]) => {
      calls++
      return Reflect.apply(call, states, given)
    }
    Object.assign(states, { [verb]: counted })
  }
  return () => calls
}

async function hop(world: World): Promise<void> {
  await world.stream()
  await Promise.all(world.takeWork().map((message) => world.work(message)))
  await world.wake()
  world.now += HOP_MS
}

/** Jobs come, evenly to all shards, and each attempt fails. */
async function failAll(config: Config, shards: readonly string[], duration_ms: number) {
  const world = new World(config)
  world.handler = async () => ({ kind: 'failed', error: 'HTTP 500' })
  const calls = callsOf(world)
  let most = 0
  for (let passed_ms = 0; passed_ms < duration_ms; passed_ms += HOP_MS) {
    const before = calls()
    const n = passed_ms / EVERY_MS
    if (Number.isInteger(n))
      world.put(jobItem({ pk: asShard(shards[n % shards.length] ?? ''), id: `job-${n}` }))
    await hop(world)
    most = Math.max(most, calls() - before)
    // A storm doubles until there is no memory left.
    if (most > 2000) break
  }
  return { most, perAttempt: calls() / world.attempts.length }
}

const SPREAD = ['crm|acme|0', 'crm|acme|1', 'crm|acme|2']
const CUSTOMERS = Array.from({ length: 6 }, (_, n) => `crm|c${n}`)

const withQueue = (queue: QueueInput, pools: ConfigInput['pools'] = {}): Config =>
  defineConfig({
    pools,
    queues: {
      crm: { partition: { payload: 'customer' }, retry: { attempts: 1 }, adaptive: true, ...queue },
    },
  })

const rateLimit = { allowed: 20, period: '1s' } as const

test.each<[string, Config, string[]]>([
  ['a partition that is spread', withQueue({ concurrency: 20, shards: 3 }), SPREAD],
  ['one with a rate', withQueue({ concurrency: 20, shards: 3, rateLimit }), SPREAD],
  ['one that counts costs', withQueue({ concurrency: 20, shards: 3, rateLimit, costs: true }), SPREAD],
  ['a pool', withQueue({ concurrency: 2, pools: { api: 1 } }, { api: { concurrency: 4 } }), CUSTOMERS],
  ['a total in chunks', withQueue({ concurrency: 2, total: 100 }), CUSTOMERS],
])('throttled shards of %s pass no unit on to each other', async (_, config, shards) => {
  const { most, perAttempt } = await failAll(config, shards, 30_000)
  expect(most).toBeLessThan(300)
  expect(perAttempt).toBeLessThan(60)
})

test('a throttled shard that has no start of its rate stands in the line, or others would use all for as long as it is slow', async () => {
  const world = new World(withQueue({ concurrency: 20, shards: 3, rateLimit: { allowed: 6, period: '1m' } }))
  const [first, slow] = SPREAD.map(asShard)
  if (!first || !slow) throw new Error('no shards')
  world.put(...Array.from({ length: 9 }, (_, n) => jobItem({ pk: first, id: `job-${n}` })))
  await world.settle()
  expect(world.attempts).toHaveLength(6)
  const adaptive = { last: '', stretch: 2, since: world.now }
  world.tables.states.set(slow, { ...world.state(slow), adaptive })
  world.put(jobItem({ pk: slow, id: 'last' }))
  await world.settle()
  expect(world.state(asShard('crm|acme')).books?.starts.line).toHaveProperty('1')
  await world.live(90_000)
  expect(world.ran).toContain('last')
})
