/** What a configuration, a task, a client, an event and a raw item may say of costs, and what is refused. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { toItem } from '../../../lib/api/new-item.ts'
import { defineTask, type Task } from '../../../lib/api/task.ts'
import { InvalidJobError } from '../../../lib/core/errors.ts'
import { parseJob } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { requeued } from '../../../lib/core/job/requeue.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { ratesOverKey } from '../../../lib/core/queue/covering.ts'
import { jobOfEvent } from '../../../lib/use-cases/ingest.ts'
import { asShard, jobItem, NOW, reason, value } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

const RATE = { rateLimit: { allowed: 100, period: '1m' } } as const
const CONFIG = defineConfig({
  pools: {
    api: { rateLimit: { allowed: 50_000, period: '1m' } },
    requests: { ...RATE, costs: false },
    tokens: { ...RATE, costs: true },
  },
  tags: [
    { key: 'portal', ...RATE, costs: false },
    { key: 'model', ...RATE },
  ],
  queues: {
    llm: { partition: { payload: 'customer' }, ...RATE, costs: true, concurrency: 40 },
    pooled: { pools: { api: { cost: 5 } } },
    both: { pools: { api: 1, requests: { cost: 3 } } },
    requests: { pools: { requests: 1 } },
    tokens: { pools: { tokens: 1 } },
    total: { total: RATE },
    counted: { total: RATE, costs: true },
    plain: { ...RATE },
    batched: { pools: { api: 1 }, batch: { size: 5 } },
    paused: { rateLimit: { allowed: 0, period: '1m' }, costs: true },
  },
})
const job = (queue: string, cost: unknown, tags: Readonly<Record<string, string>> = {}) =>
  newJob(
    CONFIG,
    { queue, task: 'chat', payload: { customer: 'acme' }, id: 'a', cost: cost as number, tags },
    NOW,
  )

describe('a queue that counts costs', () => {
  test.each<[string, ConfigInput['queues'][string], RegExp]>([
    ['without a rate', { costs: true }, /queues\.q\.costs.*no rate is there/],
    ['with an interval', { costs: true, minInterval: '1s' }, /queues\.q\.costs.*no rate is there/],
    ['in batches', { ...RATE, costs: true, batch: { size: 2 } }, /queues\.q\.costs.*a batch is one start/],
    ['by a number', untyped({ ...RATE, costs: 3 }), /queues\.q\.costs/],
  ])('is refused %s', (_what, queue, message) => {
    expect(() => defineConfig({ queues: { q: queue } })).toThrow(message)
  })

  test('has as many shards as its slots need, whatever its rate is', () => {
    expect(CONFIG.queues.llm.shards).toBe(5)
  })
})

describe('the rate of a pool or a tag', () => {
  const pool = (limits: object) => () => defineConfig(untyped({ pools: { a: limits }, queues: { q: {} } }))
  const tag = (limits: object) => () =>
    defineConfig(untyped({ tags: [{ key: 'a', ...limits }], queues: { q: {} } }))
  test.each([
    [pool({ concurrency: 1, costs: false }), /pools\.a\.costs.*without a rate nothing is counted/],
    [tag({ concurrency: 1, costs: true }), /tags\.0\.costs.*without a rate nothing is counted/],
    [pool({ ...RATE, costs: 'no' }), /pools\.a\.costs/],
    [tag({ ...RATE, costs: 1 }), /tags\.0\.costs/],
  ])('is refused if what it counts makes no sense (%#)', (configure, message) => {
    expect(configure).toThrow(message)
  })

  test('counts what jobs cost, unless it says that it does not', () => {
    const countsOf = (key: string) =>
      ratesOverKey(CONFIG, asShard(key)).map(({ name, countsStarts = false }) => [name, countsStarts])
    expect(countsOf('both|acme|+tag.model+tag.portal')).toEqual([
      ['pool|api', false],
      ['pool|requests', true],
      ['tag|model', false],
      ['tag|portal', true],
    ])
    expect(countsOf('tokens|acme')).toEqual([['pool|tokens', false]])
  })

  test('of starts is no reason to refuse a dear job', () => {
    expect(value(job('both', 1200)).cost).toBe(1200)
    expect(value(job('both', 1200, { portal: 'x' })).cost).toBe(1200)
    const advice = /is 100 in 60 s; costs: false there has it count how many start$/
    expect(reason(job('both', 1200, { model: 'x' }))).toMatch(advice)
    expect(reason(job('tokens', 101))).toMatch(advice)
  })
})

describe('a new job', () => {
  test.each([
    ['llm', 100],
    ['pooled', 50_000],
    ['pooled', 1],
    ['counted', 7],
    ['paused', 7],
  ])('of queue %s may cost %d', (queue, cost) => {
    const item = value(job(queue, cost))
    expect(item.cost).toBe(cost)
    expect(value(parseJob(CONFIG, item)).cost).toBe(cost)
    expect(value(requeued(CONFIG, item)).cost).toBe(cost)
  })

  test.each([
    ['llm', 1],
    ['llm', undefined],
    ['plain', 1],
  ])('of queue %s has nothing new if it costs %s', (queue, cost) => {
    expect(value(job(queue, cost))).not.toHaveProperty('cost')
  })

  test.each<[string, unknown, RegExp]>([
    ['llm', 101, /^a job that costs 101 could never start: the rate of its partition is 100 in 60 s$/],
    ['pooled', 50_001, /could never start: the rate of pool "api" is 50000 in 60 s/],
    ['counted', 101, /the rate of total "counted" is 100 in 60 s/],
    ['plain', 2, /nothing counts what it costs: say costs: true of queue "plain"/],
    ['batched', 2, /nothing counts what it costs/],
    ['requests', 2, /nothing counts what it costs/],
    ['total', 2, /nothing counts what it costs/],
    ['llm', 0, /cost: a job costs 1 or more/],
    ['llm', -1, /cost/],
    ['llm', 1.5, /cost/],
    ['llm', '7', /cost/],
    ['llm', 1_000_001, /cost: a job costs at most 1000000/],
    ['llm', Number.NaN, /cost/],
    ['llm', null, /cost/],
  ])('of queue %s that costs %s is refused', (queue, cost, message) => {
    expect(reason(job(queue, cost))).toMatch(message)
  })
})

describe('a raw item', () => {
  const raw = (cost: unknown, pk = 'llm|acme') => parseJob(CONFIG, { ...jobItem({ pk: asShard(pk) }), cost })

  test.each([0, 1.5, '3', null, Number.POSITIVE_INFINITY, 101])('that costs %s is no job', (cost) => {
    expect(raw(cost)).toMatchObject({ ok: false, isUnknown: false })
  })

  test('may say what nobody counts', () => {
    expect(value(raw(1000, 'plain')).cost).toBe(1000)
    expect(value(raw(7, 'batched'))).not.toHaveProperty('cost')
  })
})

describe('a task', () => {
  const task = defineTask({
    name: 'chat',
    queue: 'llm',
    payload: z.object({ customer: z.string(), prompt: z.string() }),
    cost: ({ prompt }) => Math.ceil(prompt.length / 4),
    handler: async () => {},
  })
  const toItemOf = (
    some: object = {},
    payload: object = { customer: 'acme', prompt: 'x'.repeat(41) },
    of: Task = task,
  ) =>
    toItem(
      {
        config: CONFIG,
        clock: { now: () => NOW, sleep: async () => {} },
        keepsPayloads: false,
        nextId: () => 'id',
      },
      of,
      payload,
      some,
    )

  test('says it of each payload, and a job before that', async () => {
    expect((await toItemOf()).item.cost).toBe(11)
    expect((await toItemOf({ cost: 99 })).item.cost).toBe(99)
  })

  test('that says nonsense puts no job', async () => {
    await expect(toItemOf({}, { customer: 'acme', prompt: '' })).rejects.toThrow(InvalidJobError)
    const tooLong = new TypeError('no tokens')
    const throwing = {
      ...task,
      cost: () => {
        throw tooLong
      },
    }
    const refusal = await toItemOf({}, undefined, throwing).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(InvalidJobError)
    expect(String(refusal)).toMatch(/cost: what task "chat" has for it threw an error \(no tokens\)/)
    expect((refusal as Error).cause).toBe(tooLong)
  })

  test('is not defined with a cost that is none', () => {
    expect(() => defineTask({ ...task, cost: 0 })).toThrow(/task\.cost/)
    expect(() => defineTask({ ...task, cost: 1.5 })).toThrow(/task\.cost/)
  })
})

describe('an event', () => {
  const event = (cost: unknown) =>
    jobOfEvent(
      CONFIG,
      JSON.stringify({
        id: 'e',
        time: new Date(NOW).toISOString(),
        detail: { queue: 'llm', task: 'chat', payload: { customer: 'acme' }, cost },
      }),
    )

  test('may say what its job costs', () => {
    expect(value(event(12)).cost).toBe(12)
    expect(reason(event(0))).toMatch(/detail: cost/)
    expect(reason(event(101))).toMatch(/could never start/)
  })
})
