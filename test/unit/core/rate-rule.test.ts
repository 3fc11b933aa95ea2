/** A rate that goes by a rule of its own: its lanes, their names, and what is refused. */
import { describe, expect, test } from 'vitest'
import { limiterOf } from '../../../lib/api/known-limiters.ts'
import { parseJob } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { type PayloadKey, payloadKeyFor } from '../../../lib/core/job/payload-key.ts'
import { formatShard, parseShard, type ShardKey } from '../../../lib/core/keys.ts'
import type { Lane } from '../../../lib/core/limits/lane.ts'
import { defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import {
  type ForLane,
  isKnownLane,
  isMisplaced,
  laneOf,
  limitersOverKey,
  ratesOverKey,
  shardsOfLane,
} from '../../../lib/core/queue/covering.ts'
import { jobItem, NOW, reason, value } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

const RATE = { allowed: 10, period: '10s' } as const
type Rule = NonNullable<QueueInput['rateLimit']>['partition']
const ruled = (partition: Rule, queue: QueueInput = {}) =>
  defineConfig({
    tags: [{ key: 'user', each: true, concurrency: 1 }],
    queues: {
      crm: { partition: { payload: 'customer' }, ...queue, rateLimit: { ...RATE, partition } },
      mail: { partition: { payload: 'customer' } },
    },
  })
const config = ruled({ payload: 'region' })
const shard = (pk: string) => value(parseShard(pk))
const EU = '+rate.crm:payload.region=eu'

describe('the lane of a job', () => {
  const job = { task: 'sync', payload: { region: 'eu', of: { plan: 3 } }, meta: { tenant: 'a|b%,c=+' } }
  test.each<[Rule, string]>([
    [{ payload: 'region' }, '+rate.crm:payload.region=eu'],
    ['task', '+rate.crm:task=sync'],
    [
      { payload: ['region', 'of.plan'], task: true },
      '+rate.crm:task,payload.region,payload.of.plan=sync,eu,3',
    ],
    [{ meta: 'tenant' }, '+rate.crm:meta.tenant=a%7Cb%25,c=%2B'],
    [{ meta: ['tenant'], task: true }, '+rate.crm:task,meta.tenant=sync,a%7Cb%25%2Cc=%2B'],
  ])('by %j is %s', (rule, lane) => {
    expect(value(laneOf(ruled(rule), { queue: 'crm' }, job))).toBe(lane)
    expect(formatShard(shard(`crm|acme|3${lane}`))).toBe(`crm|acme|3${lane}`)
  })

  test('escapes what stands in its rule', () => {
    const odd = ruled({ payload: 'a|b=c+d,e%f' })
    const lane = value(laneOf(odd, { queue: 'crm' }, { task: 'sync', payload: { 'a|b=c+d,e%f': 'x' } }))
    expect(lane).toBe('+rate.crm:payload.a%7Cb%3Dc%2Bd%2Ce%25f=x')
    expect(ratesOverKey(odd, `crm|acme|${lane}` as ShardKey)).toHaveLength(1)
  })

  test('stands beside that of its tags', () => {
    const asked = { queue: 'crm', task: 'sync', payload: { region: 'eu', customer: 'acme' }, id: 'a' }
    const item = value(
      newJob(ruled({ payload: 'region' }, { concurrency: 1 }), { ...asked, tags: { user: 'ann' } }, NOW),
    )
    expect(item.pk).toBe(`crm|acme|+each.user=ann${EU}`)
  })

  test.each([
    'crm|a|+rate.crm',
    'crm|a|+rate.crm=eu',
    'crm|a|+rate.crm:payload.region',
    'crm|a|+rate.crm:payload.region=',
    'crm|a|+rate.c m:payload.region=eu',
    'crm|a|+rate.crm:payload.region=e%41',
    'crm|a|+rate.crm:payload.region=e%3D',
    'crm|a|+rate.crm:payload%41=eu',
  ])('%s is refused', (pk) => expect(reason(parseShard(pk))).toContain('names no pool, tag, rate or batch'))
})

describe('a value that is not there', () => {
  const lane = (job: ForLane, written?: string) =>
    laneOf(config, { queue: 'crm', ...(written ? { lane: written as Lane } : {}) }, job)

  test('is refused, by the client and in a raw item', () => {
    const lacking = { task: 'sync', payload: { customer: 'acme' } }
    expect(reason(lane(lacking))).toBe(
      'payload.region must be a text or a number: the rate of its queue goes by it',
    )
    const put = newJob(config, { ...lacking, queue: 'crm', id: 'a' }, NOW)
    expect(put).toMatchObject({ ok: false, isUnknown: false })
    expect(parseJob(config, jobItem({ pk: 'crm|acme' as ShardKey }))).toMatchObject({
      ok: false,
      isUnknown: false,
    })
  })

  test('is what the key says if the payload is kept outside of the item, and refused if that says nothing', () => {
    const { payload: _, ...bare } = jobItem({ pk: `crm|acme|${EU}` as ShardKey })
    const kept = { ...bare, payloadKey: payloadKeyFor('{}', 0) as PayloadKey }
    const job = value(parseJob(config, kept))
    expect(isMisplaced(config, job.shard, job)).toBe(false)
    for (const pk of [
      'crm|acme',
      'crm|acme|+rate.crm:payload.other=eu',
      'crm|acme|+rate.mail:payload.region=eu',
    ])
      expect(reason(parseJob(config, { ...kept, pk: pk as ShardKey }))).toContain(
        'end its pk with +rate.crm:payload.region=',
      )
    const byTask = ruled('task')
    expect(value(laneOf(byTask, { queue: 'crm' }, { task: 'sync' }))).toBe('+rate.crm:task=sync')
  })

  test('is not asked for in a queue whose rate goes by its partition', () => {
    for (const same of [{ payload: 'customer' }, { payload: ['customer'] }]) {
      const plain = ruled(same)
      expect(plain.queues.crm).toMatchObject({ rateLimit: { allowed: 10 }, shards: 1 })
      expect(plain.queues.crm).not.toHaveProperty('rateRule')
      expect(value(laneOf(plain, { queue: 'crm' }, { task: 'sync', payload: {} }))).toBeUndefined()
    }
  })
})

describe('what covers its lanes', () => {
  test('is the limiter of the value, and nothing of the partition', () => {
    expect(ratesOverKey(config, `crm|a|${EU}` as ShardKey)).toMatchObject([
      { name: 'rate|crm:payload.region=eu', rateLimit: { allowed: 10, period_ms: 10_000 } },
    ])
    expect(limitersOverKey(config, `crm|a|${EU}` as ShardKey)).toEqual([])
    expect(config.queues.crm).not.toHaveProperty('rateLimit')
  })

  test('is not known to a configuration with another rule, or without one', () => {
    expect(isKnownLane(config, shard(`crm|a|${EU}`))).toBe(true)
    for (const rule of [{ payload: 'zone' }, { meta: 'region' }, { payload: 'customer' }, 'task'] as const)
      expect(isKnownLane(ruled(rule), shard(`crm|a|${EU}`))).toBe(false)
    expect(ratesOverKey(ruled('task'), `crm|a|${EU}` as ShardKey)).toEqual([])
  })

  test('is spread over no more shards than its rate can have jobs in flight', () => {
    const spread = (queue: QueueInput) =>
      shardsOfLane(ruled({ payload: 'region' }, queue), shard(`crm|a|${EU}`))
    expect(spread({ timeout: '10s' })).toBe(3)
    expect(spread({ timeout: '10m' })).toBe(77)
    expect(spread({ timeout: '10m', concurrency: 20 })).toBe(3)
    expect(config.queues.crm.shards).toBe(125)
  })

  test('has a name for people', () => {
    expect(limiterOf(config, { rate: 'crm', of: 'eu' })).toMatchObject({ name: 'rate|crm:payload.region=eu' })
    expect(limiterOf(config, { rate: 'crm', of: 'a|b+' }).name).toBe('rate|crm:payload.region=a%7Cb%2B')
    for (const rate of ['mail', 'fax', '__proto__'])
      expect(() => limiterOf(config, { rate, of: 'eu' })).toThrow('rate|crm:payload.region=…')
  })
})

describe('in the configuration', () => {
  const queueOf = (queue: unknown) => () => defineConfig(untyped({ queues: { crm: queue } }))
  test.each<[unknown, string]>([
    [{ rateLimit: { ...RATE, partition: {} } }, 'queues.crm.rateLimit.partition'],
    [{ rateLimit: { ...RATE, partition: { payload: [] } } }, 'queues.crm.rateLimit.partition'],
    [{ rateLimit: { ...RATE, partition: { payload: 'a', meta: 'b' } } }, 'by payload or by meta'],
    [{ rateLimit: { ...RATE, partition: { payload: 'x'.repeat(101) } } }, 'at most 100 characters'],
    [{ rateLimit: { ...RATE, partition: { payload: '\ud800' } } }, 'queues.crm.rateLimit.partition'],
    [{ rateLimit: { ...RATE, allowed: 1_000_001, partition: 'task' } }, 'at most 1000000'],
    [{ total: { rateLimit: { ...RATE, partition: 'task' } } }, 'queues.crm.total.rateLimit'],
  ])('%j is refused with the path', (queue, path) => expect(queueOf(queue)).toThrow(path))

  test('it goes with an interval of each partition, a total with a rate, and a queue without partitions', () => {
    const { crm } = ruled('task', { minInterval: '1s', adaptive: true, total: { rateLimit: RATE } }).queues
    expect(crm).toMatchObject({ rateLimit: { isInterval: true }, rateRule: { key: 'crm:task' }, rates: [{}] })
    const alone = defineConfig({ queues: { crm: { rateLimit: { ...RATE, partition: 'task' } } } })
    expect(value(newJob(alone, { queue: 'crm', task: 'sync', payload: 1, id: 'a' }, NOW)).pk).toMatch(
      /^crm\|\|\d*\+rate\.crm:task=sync$/,
    )
  })
})
