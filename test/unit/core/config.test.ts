import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { ConfigurationError } from '../../../lib/core/errors.ts'
import { type ConfigInput, defineConfig, queueNamed } from '../../../lib/core/queue/config.ts'

const queue = (input: unknown) => defineConfig({ queues: { crm: input } } as ConfigInput)
const problem = (input: unknown): ConfigurationError => {
  try {
    defineConfig(input as ConfigInput)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('a configuration', () => {
  test('has defaults', () => {
    expect(queue({}).queues['crm']).toEqual({
      name: 'crm',
      retry: { attempts: 5, backoff_ms: 1000, factor: 2, maxBackoff_ms: 3_600_000, jitter: 0.5 },
      timeout_ms: 60_000,
      shards: 125,
      limiters: [],
      rates: [],
    })
  })

  test('is read to the last key', () => {
    const { crm } = queue({
      partition: { payload: 'a' },
      concurrency: 3,
      rateLimit: { allowed: 4, period: '2s', margin: 0 },
      retry: { attempts: 1, backoff: '5s', factor: 1, maxBackoff: 6000, jitter: 0 },
      timeout: '14m',
      shards: 2,
    }).queues
    expect(crm).toEqual({
      name: 'crm',
      partition: { task: false, source: 'payload', keys: ['a'] },
      concurrency: 3,
      rateLimit: { allowed: 4, period_ms: 2000, margin_ms: 0 },
      retry: { attempts: 1, backoff_ms: 5000, factor: 1, maxBackoff_ms: 6000, jitter: 0 },
      timeout_ms: 840_000,
      shards: 2,
      limiters: [],
      rates: [],
    })
  })

  const input: fc.Arbitrary<ConfigInput> = fc.record({
    queues: fc.dictionary(
      fc.constantFrom('a', 'b-1', 'c_2', 'constructor'),
      fc.record(
        {
          partition: fc.constantFrom(
            'task' as const,
            { payload: 'a' },
            { payload: ['a', 'b'], task: true as const },
          ),
          concurrency: fc.nat(300),
          rateLimit: fc.record({
            allowed: fc.integer({ min: 3, max: 100 }),
            period: fc.constantFrom('1s' as const, 250),
          }),
          timeout: fc.constantFrom('30s' as const, 1000),
        },
        { requiredKeys: [] },
      ),
      { minKeys: 1 },
    ),
  })
  test.prop([input])('gives itself when its input is read again from JSON', (given) => {
    const config = defineConfig(given)
    expect(defineConfig(config.input)).toEqual(config)
    expect(defineConfig(JSON.parse(JSON.stringify(config.input)))).toEqual(config)
  })

  test('knows only its own queues', () => {
    expect(queueNamed(queue({}), 'crm')?.name).toBe('crm')
    expect(queueNamed(queue({}), 'constructor')).toBeUndefined()
  })
})

describe('a mistake is reported with its path', () => {
  test.each([
    [{ concurrency: -1 }, 'queues.crm.concurrency', '0 (paused) or more'],
    [{ concurrency: 1.5 }, 'queues.crm.concurrency', ''],
    [{ concurrency: '3' }, 'queues.crm.concurrency', ''],
    [{ concurrency: null }, 'queues.crm.concurrency', ''],
    [{ rateLimit: { allowed: -1, period: 1000 } }, 'queues.crm.rateLimit.allowed', '0 (paused) or more'],
    [{ rateLimit: { allowed: 1 } }, 'queues.crm.rateLimit.period', 'a duration is'],
    [{ rateLimit: { allowed: 1, period: 0 } }, 'queues.crm.rateLimit.period', '100 ms or more'],
    [{ rateLimit: { allowed: 1, period: 60 } }, 'queues.crm.rateLimit.period', "60 seconds are '60s'"],
    [{ rateLimit: { allowed: 1, period: '1 second' } }, 'queues.crm.rateLimit.period', 'a duration is'],
    [{ rateLimit: { allowed: 1, period: '9999d' } }, 'queues.crm.rateLimit.period', ''],
    [{ rateLimit: { allowed: 1, period: 500, margin: -1 } }, 'queues.crm.rateLimit.margin', ''],
    [
      { rateLimit: { allowed: 5, period: '1s', margin: '10d' } },
      'queues.crm.rateLimit.margin',
      '14m at most',
    ],
    [{ adaptive: { most: 1 } }, 'queues.crm.adaptive.most', 'more than 1'],
    [{ retry: { attempts: 0 } }, 'queues.crm.retry.attempts', ''],
    [{ retry: { jitter: 2 } }, 'queues.crm.retry.jitter', ''],
    [{ retry: { factor: 0.5 } }, 'queues.crm.retry.factor', ''],
    [{ timeout: '15m' }, 'queues.crm.timeout', ''],
    [{ shards: 0 }, 'queues.crm.shards', ''],
    [{ shards: 1001 }, 'queues.crm.shards', ''],
    [{ concurrency: 101, shards: 1 }, 'queues.crm.shards', 'at least 2 shards'],
    [{ partition: {} }, 'queues.crm.partition', 'needs task, payload or meta'],
    [{ partition: { payload: 'a', meta: 'b' } }, 'queues.crm.partition', 'not by both'],
    [{ partition: 'customer' }, 'queues.crm.partition', '{ payload: '],
    [{ partition: { payload: [] } }, 'queues.crm.partition.payload', 'at least one key'],
    [{ concurency: 3 }, 'queues.crm', 'concurency'],
    [{ retry: { tries: 3 } }, 'queues.crm.retry', 'tries'],
    [{ rateLimit: { allowed: 1, period: 1000, burst: 2 } }, 'queues.crm.rateLimit', 'burst'],
    ['fast', 'queues.crm', ''],
  ])('%j', (input, path, words) => {
    const error = problem({ queues: { crm: input } })
    expect(error.path).toBe(path)
    expect(error.message).toContain(`${path}: `)
    expect(error.message).toContain(words)
    expect(error.message).not.toMatch(/: Invalid input$/)
  })

  test('a name says what a name has', () => {
    expect(problem({ queues: { 'a b': {} } }).message).toBe(
      'queues.a b: a queue name has letters, digits, _ and -, at most 64',
    )
  })

  test.each([
    [{}, 'queues'],
    [undefined, 'config'],
    [{ queues: {} }, 'queues'],
    [{ queues: [] }, 'queues'],
    [{ queues: { 'a b': {} } }, 'queues.a b'],
    [{ queues: { crm: {} }, queue: {} }, 'config'],
  ])('%j', (input, path) => {
    expect(problem(input).path).toBe(path)
  })

  test('all mistakes are named together', () => {
    const { message } = problem({ queues: { a: { concurrency: -1 }, b: { timeout: 'x', shards: 0 } } })
    for (const path of ['queues.a.concurrency', 'queues.b.timeout', 'queues.b.shards'])
      expect(message).toContain(path)
  })
})

test.each([
  [{ concurrency: 1 }, 1],
  [{ concurrency: 10 }, 1],
  [{ concurrency: 11 }, 2],
  [{ concurrency: 5000 }, 625],
  [{ concurrency: 0 }, 1],
  [{ concurrency: 50, rateLimit: { allowed: 5, period: 1000 } }, 1],
  [{ concurrency: 50, rateLimit: { allowed: 30, period: 1000 } }, 4],
  [{ rateLimit: { allowed: 50, period: 1000 } }, 7],
  // As few as hold them: each judges by its own outcomes.
  [{ adaptive: true as const }, 1],
  [{ adaptive: true as const, concurrency: 100 }, 1],
  [{ adaptive: true as const, concurrency: 250 }, 3],
  [{ adaptive: true as const, concurrency: 20, shards: 3 }, 3],
])('%j is spread over %d shards', (input, shards) => {
  expect(queue(input).queues['crm']?.shards).toBe(shards)
})

test.each([
  { concurrency: 3, shards: 4 },
  { concurrency: 500, rateLimit: { allowed: 2, period: '1s' } },
])('%j may have more shards than units, for those are lent', (input) => {
  expect(queue(input).queues['crm']?.shards).toBeGreaterThan(2)
})
