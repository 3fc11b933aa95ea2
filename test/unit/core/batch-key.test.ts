/** Batches that go by a rule of their own: their lanes, what covers these, and what is refused. */
import { describe, expect, test } from 'vitest'
import { parseJob } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { type PayloadKey, payloadKeyFor } from '../../../lib/core/job/payload-key.ts'
import { formatShard, parseShard } from '../../../lib/core/keys.ts'
import { areOfOneKey } from '../../../lib/core/queue/batch-key.ts'
import { defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import {
  isKnownLane,
  isMisplaced,
  knownInLane,
  laneOf,
  limitersOverKey,
  ratesOverKey,
  shardsOfLane,
} from '../../../lib/core/queue/covering.ts'
import { asShard, jobItem, jobOf, NOW, reason, value } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

type Batch = NonNullable<QueueInput['batch']>
const batchedBy = (by: Batch['by'], queue: QueueInput = {}) =>
  defineConfig({
    tags: [{ key: 'user', each: true, concurrency: 1 }],
    queues: { crm: { partition: { payload: 'customer' }, ...queue, batch: { size: 3, by } } },
  })
const config = batchedBy({ payload: 'region' })
const EU = '+batch.crm:payload.region=eu'
const shard = (pk: string) => value(parseShard(pk))

describe('the lane of a job', () => {
  const job = { task: 'sync', payload: { region: 'a|b+', of: { plan: 3 } }, meta: { tenant: 'a,b' } }
  test.each<[Batch['by'], string]>([
    [{ payload: 'region' }, '+batch.crm:payload.region=a%7Cb%2B'],
    ['task', '+batch.crm:task=sync'],
    [{ payload: ['of.plan'], task: true }, '+batch.crm:task,payload.of.plan=sync,3'],
    [{ meta: 'tenant' }, '+batch.crm:meta.tenant=a,b'],
  ])('by %j is %s', (by, lane) => {
    expect(value(laneOf(batchedBy(by), { queue: 'crm' }, job))).toBe(lane)
    expect(formatShard(shard(`crm|acme|3${lane}`))).toBe(`crm|acme|3${lane}`)
    expect(isKnownLane(batchedBy(by), shard(`crm|acme|${lane}`))).toBe(true)
  })

  test('stands beside that of its tags and its rate', () => {
    const rateLimit = { allowed: 10, period: '10s', partition: { payload: 'region' } } as const
    const both = batchedBy({ payload: 'list' }, { concurrency: 1, rateLimit })
    const payload = { region: 'eu', list: 7, customer: 'acme' }
    const asked = { queue: 'crm', task: 'sync', payload, id: 'a', tags: { user: 'ann' } }
    expect(value(newJob(both, asked, NOW)).pk).toBe(
      'crm|acme|+batch.crm:payload.list=7+each.user=ann+rate.crm:payload.region=eu',
    )
  })

  test('is as ever without a rule, or with that of the partition', () => {
    for (const by of [undefined, { payload: 'customer' }, { payload: ['customer'] }]) {
      const plain = batchedBy(by)
      expect(plain.queues.crm).not.toHaveProperty('batchKey')
      expect(value(laneOf(plain, { queue: 'crm' }, { task: 'sync', payload: {} }))).toBeUndefined()
    }
  })

  test.each(['+batch.crm', '+batch.crm:payload.region', '+batch.crm:payload.region=e%41', '+batch.crm=eu'])(
    '%s is refused',
    (lane) => expect(reason(parseShard(`crm|a|${lane}`))).toContain('names no pool, tag, rate or batch'),
  )
})

describe('a job without the value', () => {
  test('is refused, by the client and in a raw item', () => {
    const asked = { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, id: 'a' }
    const text = 'payload.region must be a text or a number: the batches of its queue go by it'
    expect(newJob(config, asked, NOW)).toEqual({ ok: false, reason: text, isUnknown: false })
    expect(parseJob(config, jobItem())).toEqual({
      ok: false,
      reason: text,
      isUnknown: false,
      byConfiguration: true,
    })
  })

  test('has that of its key if the payload is kept outside of the item, and none if that does not say it', () => {
    const { payload: _, ...bare } = jobItem({ pk: asShard(`crm|acme|${EU}`) })
    const kept = { ...bare, payloadKey: payloadKeyFor('{}', 0) as PayloadKey }
    const job = jobOf(config, kept)
    expect(isMisplaced(config, job.shard, job)).toBe(false)
    for (const pk of ['crm|acme', 'crm|acme|+batch.crm:payload.other=eu'])
      expect(reason(parseJob(config, { ...kept, pk }))).toContain(
        'end its pk with +batch.crm:payload.region=<value>',
      )
  })
})

describe('the lane of a value', () => {
  test('is covered by nothing beside its partition', () => {
    const key = asShard(`crm|a|${EU}`)
    expect([limitersOverKey(config, key), ratesOverKey(config, key), knownInLane(config, key)]).toEqual([
      [],
      [],
      [],
    ])
  })

  test('is not known to a configuration with another rule, or without one', () => {
    const others = [
      { payload: 'zone' },
      { meta: 'region' },
      { payload: 'customer' },
      'task',
      undefined,
    ] as const
    for (const by of others) expect(isKnownLane(batchedBy(by), shard(`crm|a|${EU}`))).toBe(false)
    expect(isKnownLane(config, shard('crm|a|+batch.mail:payload.region=eu'))).toBe(false)
    expect(isKnownLane(config, shard('crm|a|+rate.crm:payload.region=eu'))).toBe(false)
  })

  test('has as many shards as its partition', () => {
    const spread = (queue: QueueInput) =>
      shardsOfLane(batchedBy({ payload: 'region' }, queue), shard(`crm|a|${EU}`))
    expect(spread({})).toBe(1)
    expect(spread({ shards: 7 })).toBe(7)
  })
})

test('two jobs are of one key where the rule says so, whatever their lanes', () => {
  const inLane = (region: string, pk = 'crm|acme|+batch.crm:payload.zone=x') =>
    jobOf(config, jobItem({ pk: asShard(pk), payload: { region } }))
  expect(areOfOneKey(inLane('eu'), inLane('eu', 'crm|acme'))).toBe(true)
  expect(areOfOneKey(inLane('eu'), inLane('us'))).toBe(false)
  const plain = batchedBy(undefined)
  expect(areOfOneKey(jobOf(plain, jobItem()), jobOf(plain, jobItem({ payload: 7 })))).toBe(true)
})

test.each<[unknown, string]>([
  [{ by: {} }, 'queues.crm.batch.by'],
  [{ by: { payload: [] } }, 'queues.crm.batch.by'],
  [{ by: { payload: 'a', meta: 'b' } }, 'by payload or by meta'],
  [{ by: { payload: 'x'.repeat(101) } }, 'at most 100 characters'],
  [{ by: { payload: '\ud800' } }, 'queues.crm.batch.by'],
])('%j is refused with the path', (batch, path) =>
  expect(() =>
    defineConfig(untyped({ queues: { crm: { batch: { size: 3, ...(batch as object) } } } })),
  ).toThrow(path),
)
