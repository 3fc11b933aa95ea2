/** A rate that goes by a rule of its own, on the memory store: over partitions, for each value, wherever a job was put. */
import { describe, expect, test } from 'vitest'
import { limiterOf } from '../../../lib/api/known-limiters.ts'
import { toLimiterOverride } from '../../../lib/api/limiter-input.ts'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { JobItem, RawItem } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { type PayloadKey, payloadKeyFor } from '../../../lib/core/job/payload-key.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { moveJobs } from '../../../lib/use-cases/operate/move-jobs.ts'
import { redrive } from '../../../lib/use-cases/operate/redrive.ts'
import { setLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { whyJob } from '../../../lib/use-cases/operate/why.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const MINUTE = 60_000
const PERIOD_MS = 10_000
const rateOf = (allowed: number, by?: string) => ({
  allowed,
  period: PERIOD_MS,
  margin: 0,
  ...(by ? { partition: { payload: by } } : {}),
})
const CRM = {
  partition: { payload: 'customer' },
  concurrency: 4,
  timeout: 10_000,
  rateLimit: rateOf(2, 'region'),
  retry: { attempts: 2, backoff: 0 },
} as const
const CONFIG = { queues: { crm: CRM } } as const satisfies ConfigInput
const config = defineConfig(CONFIG)
const EU = '+rate.crm:payload.region=eu'
const US = '+rate.crm:payload.region=us'

const worldOf = (input: ConfigInput = CONFIG) => new World(defineConfig(input))
function asked(id: string, region: string, customer = 'acme', queue = 'crm'): JobItem {
  const job = newJob(config, { queue, task: 'sync', payload: { customer, region }, id }, NOW)
  if (!job.ok) throw new Error(job.reason)
  return job.value
}
/** Put by somebody who knows nothing of lanes. */
const raw = (id: string, region: string, pk = 'crm|acme') =>
  jobItem({ pk: pk as ShardKey, id, task: 'sync', payload: { customer: 'acme', region } })
const kept = (item: RawItem): RawItem => {
  const { payload, ...rest } = item
  return { ...rest, payloadKey: payloadKeyFor(JSON.stringify(payload), 0) as PayloadKey }
}

/** The most starts of these jobs in any window. */
function mostIn({ attempts }: World, name: string): number {
  const of = attempts.filter(({ id }) => id.startsWith(name))
  return Math.max(
    0,
    ...of.map(({ at }) => of.filter((one) => one.at > at - PERIOD_MS && one.at <= at).length),
  )
}
const lanesIn = (world: World): string[] =>
  [...world.tables.jobs].filter(([, jobs]) => jobs.size > 0).map(([pk]) => pk)

describe('a rate by region', () => {
  test('holds over customers, for each region by itself', async () => {
    const world = worldOf()
    for (let n = 0; n < 3; n++)
      world.put(asked(`eu-a${n}`, 'eu'), asked(`eu-b${n}`, 'eu', 'other'), asked(`us${n}`, 'us'))
    await deliver(world)
    expect(mostIn(world, 'eu')).toBe(2)
    expect(mostIn(world, 'us')).toBe(2)
    await live(world, 2 * MINUTE)
    expect(world.ran).toHaveLength(9)
    expect([mostIn(world, 'eu'), mostIn(world, 'us')]).toEqual([2, 2])
  })

  test('holds for what was put elsewhere, which is moved, and for its retries', async () => {
    const world = worldOf()
    let fails = 3
    world.handler = async (): Promise<TaskOutcome> =>
      fails-- > 0 ? { kind: 'failed', error: 'HTTP 500' } : { kind: 'succeeded' }
    world.put(
      raw('eu1', 'eu'),
      raw('eu2', 'eu', `crm|acme|${US}`),
      raw('eu3', 'eu', 'crm|acme|7'),
      raw('eu4', 'eu'),
    )
    await world.stream()
    expect(lanesIn(world)).toEqual([`crm|acme|${EU}`])
    await live(world, 2 * MINUTE)
    expect(world.attempts).toHaveLength(7)
    expect(mostIn(world, 'eu')).toBe(2)
  })

  test('holds beside a total with a rate', async () => {
    const world = worldOf({ queues: { crm: { ...CRM, total: { rateLimit: rateOf(3) } } } })
    for (let n = 0; n < 4; n++) world.put(asked(`eu${n}`, 'eu'), asked(`us${n}`, 'us'))
    await live(world, 2 * MINUTE)
    expect(world.ran).toHaveLength(8)
    expect([mostIn(world, 'eu'), mostIn(world, 'us'), mostIn(world, '')]).toEqual([2, 2, 3])
  })

  test('holds beside an interval of each customer', async () => {
    const { partition, timeout, rateLimit } = CRM
    const world = worldOf({ queues: { crm: { partition, timeout, rateLimit, minInterval: 1000 } } })
    for (let n = 0; n < 3; n++) world.put(asked(`eu${n}`, 'eu'), asked(`us${n}`, 'us'))
    await live(world, 2 * MINUTE)
    expect(world.ran).toHaveLength(6)
    expect([mostIn(world, 'eu'), mostIn(world, 'us')]).toEqual([2, 2])
    const times = world.attempts.map(({ at }) => at).toSorted((one, other) => one - other)
    expect(times.every((at, n) => n === 0 || at >= (times[n - 1] ?? 0) + 1000)).toBe(true)
  })

  test('is set and slowed down at run time, for one region, and says so', async () => {
    const world = worldOf()
    const eu = limiterOf(config, { rate: 'crm', of: 'eu' })
    await setLimiter(
      world.context,
      eu.name,
      toLimiterOverride(config, eu, { rateLimit: { allowed: 1, period: '1m' } }),
    )
    for (let n = 0; n < 2; n++) world.put(asked(`eu${n}`, 'eu'), asked(`us${n}`, 'us'))
    await live(world, 30_000)
    expect(world.ran.toSorted()).toEqual(['eu0', 'us0', 'us1'])
    expect(whyText(await whyJob(world.context, asked('eu1', 'eu')))).toContain(
      'crm:payload.region=eu rate 1/60 s used up',
    )
    await slowLimiter(world.context, eu.name, { until: world.now + 5 * MINUTE, reason: 'HTTP 429' })
    await live(world, 4 * MINUTE)
    expect(world.ran).toHaveLength(3)
    await live(world, 4 * MINUTE)
    expect(world.ran).toHaveLength(4)
  })
})

describe('a job whose payload is kept outside of its item', () => {
  test('runs in the lane that its client has written', async () => {
    const world = worldOf()
    for (let n = 0; n < 3; n++) {
      const item = asked(`eu${n}`, 'eu')
      world.objects.set(String(kept(item)['payloadKey']), { text: JSON.stringify(item.payload), putAt: NOW })
      world.put(kept(item))
    }
    await live(world, MINUTE)
    expect(world.ran).toHaveLength(3)
    expect(mostIn(world, 'eu')).toBe(2)
  })

  test('is a dead letter if its key says no region, and is put back into the right lane', async () => {
    const world = worldOf()
    const item = raw('eu1', 'eu')
    world.objects.set(String(kept(item)['payloadKey']), { text: JSON.stringify(item.payload), putAt: NOW })
    world.put(kept(item))
    await live(world, MINUTE)
    expect(world.ran).toEqual([])
    expect(world.dead.map(({ error }) => error)).toEqual([expect.stringContaining('redrive')])
    expect(await redrive(world.context, 'crm')).toEqual({ redriven: 1, skipped: [] })
    expect(lanesIn(world)).toEqual([`crm|acme|${EU}`])
    await live(world, MINUTE)
    expect(world.ran).toEqual(['eu1'])
  })
})

test('a raw job without the value is a dead letter that says so', async () => {
  const world = worldOf()
  world.put(jobItem({ pk: 'crm|acme' as ShardKey, id: 'a', task: 'sync', payload: { customer: 'acme' } }))
  await live(world, MINUTE)
  expect(world.dead.map(({ error }) => error)).toEqual([
    'payload.region must be a text or a number: the rate of its queue goes by it',
  ])
})

describe('a deploy', () => {
  const items = [raw('a', 'eu', `crm|acme|${EU}`), raw('b', 'us', 'crm|acme')]

  test('that brings another rule moves what waits when it has ended, and not before', async () => {
    const world = worldOf({ queues: { crm: { ...CRM, rateLimit: rateOf(2, 'customer') } } })
    world.isAlone = false
    world.put(...items)
    await deliver(world)
    expect(world.ran).toEqual(['b'])
    expect(lanesIn(world)).toEqual([`crm|acme|${EU}`])
    world.isAlone = true
    await live(world, MINUTE)
    expect(world.ran).toEqual(['b', 'a'])
  })

  test('that changes the key of the rule leaves no job behind', async () => {
    const world = worldOf({ queues: { crm: { ...CRM, rateLimit: rateOf(2, 'customer.id') } } })
    const payload = { customer: { id: '7' }, region: 'eu' }
    world.put(jobItem({ pk: `crm|acme|${EU}` as ShardKey, id: 'a', task: 'sync', payload }))
    await world.stream()
    expect(lanesIn(world)).toEqual(['crm|acme|+rate.crm:payload.customer.id=7'])
    await live(world, MINUTE)
    expect(world.ran).toEqual(['a'])
  })

  test('that takes its queue away leaves jobs to be moved into another, whose rate goes by another rule', async () => {
    const world = worldOf({ queues: { mail: { ...CRM, rateLimit: rateOf(1, 'region') } } })
    world.put(...items)
    await deliver(world)
    await moveJobs(world.context, 'crm', { to: 'mail' })
    expect(lanesIn(world).toSorted()).toEqual([
      'mail|acme|+rate.mail:payload.region=eu',
      'mail|acme|+rate.mail:payload.region=us',
    ])
  })
})
