/** Configurations: a valid one can be written down, read again and used; any other is a ConfigurationError with a path. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../lib/core/errors.ts'
import { parseJob } from '../../lib/core/job/job.ts'
import { newJob } from '../../lib/core/job/new-job.ts'
import { limitsWithin, mostUnits } from '../../lib/core/limits/in-force.ts'
import { MAX_JOBS_PER_SHARD } from '../../lib/core/limits/limits.ts'
import { type Config, type ConfigInput, defineConfig } from '../../lib/core/queue/config.ts'
import { readConfig } from '../../lib/lambda/environment.ts'
import { NOW, value } from '../support/builders.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { corpus } from './corpus.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('configurations')

const optional = <T>(right: fc.Arbitrary<T>) => fc.option(right, { nil: undefined, freq: 2 })
const amount = fc.oneof(
  fc.nat(300),
  fc.constantFrom(0, -1, 1.5, 1e6, 1e21, Number.NaN, Number.POSITIVE_INFINITY, -0),
)
const duration = fc.oneof(
  fc.constantFrom(
    '1s',
    '250ms',
    '5m',
    '1h',
    '1.5s',
    '400d',
    '0s',
    '-1s',
    '1',
    ' 5m ',
    'soon',
    0,
    1,
    1e9,
    0.4,
  ),
  anything,
)
const partition = fc.oneof(
  fc.constantFrom(
    'task',
    'payload',
    { payload: 'customer' },
    { meta: 'a.b' },
    { task: true, payload: ['a', 'b'] },
    { payload: [] },
  ),
  almost({ payload: text, task: fc.constant(true) }),
)
const costs = optional(fc.oneof({ weight: 6, arbitrary: fc.boolean() }, { weight: 1, arbitrary: anything }))
const queue = almost({
  partition: optional(partition),
  concurrency: optional(amount),
  rateLimit: optional(
    almost({ allowed: amount, period: duration, margin: optional(duration), partition: optional(partition) }),
  ),
  minInterval: optional(duration),
  history: optional(duration),
  retry: optional(
    almost({ attempts: amount, backoff: duration, factor: amount, maxBackoff: duration, jitter: amount }),
  ),
  timeout: optional(duration),
  shards: optional(amount),
  total: optional(
    fc.oneof(
      amount,
      almost({
        concurrency: optional(amount),
        rateLimit: optional(almost({ allowed: amount, period: duration })),
      }),
    ),
  ),
  costs,
  batch: optional(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ size: fc.integer({ min: 2, max: 100 }), wait: fc.constant('1s') }),
      },
      { weight: 4, arbitrary: almost({ size: amount, wait: optional(duration), by: optional(partition) }) },
      { weight: 1, arbitrary: anything },
    ),
  ),
  adaptive: optional(
    fc.oneof(
      fc.constant(true),
      almost({
        outcomes: optional(amount),
        threshold: optional(amount),
        factor: optional(amount),
        minimumOutcomes: optional(amount),
        most: optional(amount),
        recovery: optional(duration),
      }),
      anything,
    ),
  ),
  maxQueueSize: optional(
    fc.oneof(amount, almost({ queue: optional(amount), partition: optional(amount) }), anything),
  ),
  guaranteed: optional(fc.oneof(fc.dictionary(text, amount, { maxKeys: 2 }), anything)),
  pools: optional(
    fc.dictionary(
      fc.oneof(fc.constantFrom('api', 'model'), text),
      fc.oneof(amount, almost({ weight: optional(amount), cost: optional(amount) })),
      { maxKeys: 2 },
    ),
  ),
  app: optional(fc.oneof(fc.constantFrom('hubspot', 'constructor'), anything)),
  floor: optional(amount),
})
const pools = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ api: { concurrency: 4 }, model: { concurrency: 0 } }) },
  {
    weight: 3,
    arbitrary: fc.constant({ api: { rateLimit: { allowed: 10, period: '1s' } }, model: { concurrency: 5 } }),
  },
  {
    weight: 2,
    arbitrary: fc.dictionary(
      text,
      almost({
        concurrency: optional(amount),
        rateLimit: optional(almost({ allowed: amount, period: duration })),
        costs,
      }),
      { maxKeys: 3 },
    ),
  },
  { weight: 1, arbitrary: anything },
)
const tags = fc.oneof(
  fc.constantFrom<unknown>(undefined, [{ key: 'user', each: true, rateLimit: { allowed: 2, period: '1s' } }]),
  fc.array(
    almost({
      key: fc.oneof(fc.constant('user'), text),
      value: optional(text),
      each: optional(fc.constant(true)),
      concurrency: optional(amount),
      rateLimit: optional(almost({ allowed: amount, period: duration })),
      cost: optional(amount),
      costs,
    }),
    { maxLength: 2 },
  ),
)
const apps = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ hubspot: { rate: 190, frequency_s: 10 } }) },
  {
    weight: 2,
    arbitrary: fc.dictionary(text, almost({ rate: amount, frequency_s: amount }), { maxKeys: 2 }),
  },
  { weight: 1, arbitrary: anything },
)
const name = fc.oneof(fc.constantFrom('crm', 'a', 'x-1_2', 'constructor', '9'.repeat(64)), text)
const queues = fc.array(fc.tuple(name, queue), { maxLength: 3 }).map((entries) => Object.fromEntries(entries))
const hostile = fc.oneof(
  anything,
  anything.map((inner) => ({ queues: inner })),
  anything.map((inner) => ({ queues: { crm: inner } })),
  fc.constantFrom<unknown>(
    undefined,
    () => 1,
    Symbol('x'),
    1n,
    new Map(),
    { queues: { [Symbol('x')]: {} } },
    { [Symbol('x')]: 1 },
  ),
)
const input = fc.oneof(
  { weight: 5, arbitrary: queues.map((all) => ({ queues: all })) },
  { weight: 4, arbitrary: fc.record({ queues, pools, apps, tags }) },
  { weight: 2, arbitrary: hostile },
)

describe('a configuration', () => {
  test.each(corpus('configs'))('found before: %s', (_why, text_) => check(JSON.parse(text_ as string)))

  test('is usable, or refused with the path of the mistake', () => {
    fc.assert(fc.property(input, check), runs(15_000))
  })

  test('in the environment is usable, or refused in words', () => {
    const property = fc.property(fc.oneof(text, input.map(textOf)), (text_) => {
      tried(1)
      process.env['SLUICE_CONFIG'] = text_.replaceAll('\u0000', '')
      try {
        readConfig()
      } catch (error) {
        expect(String((error as Error).name)).toMatch(/^(ConfigurationError|EnvironmentError)$/)
      }
    })
    fc.assert(property, runs(3000))
    delete process.env['SLUICE_CONFIG']
  })
})

function check(given: unknown): void {
  tried(1)
  let config: Config
  try {
    config = defineConfig(given as ConfigInput)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    const { path, message } = error as ConfigurationError
    expect(path.length).toBeGreaterThan(0)
    expect(message.length).toBeGreaterThan(path.length + 5)
    return
  }
  expect(defineConfig(config.input)).toEqual(config)
  expect(plain(defineConfig(JSON.parse(JSON.stringify(config.input))).queues)).toEqual(plain(config.queues))
  for (const queueConfig of Object.values(config.queues)) use(config, queueConfig)
}

/** Some of the inputs are nothing that could be written down. */
function textOf(part: unknown): string {
  try {
    return JSON.stringify(part) ?? ''
  } catch {
    return '1n'
  }
}

const plain = (part: unknown): unknown => JSON.parse(JSON.stringify(part))

/** A job that has what the rules of its queue's rate and batches ask for. */
function asRuled({ rateRule, batchKey }: Config['queues'][string]) {
  const ruled = { payload: {}, meta: {} }
  for (const { source = 'payload', keys } of [rateRule, batchKey].flatMap((own) => own?.rule ?? []))
    for (const key of keys) put(ruled[source], key.split('.'))
  return ruled
}

function put(into: Record<string, unknown>, [name = '', ...rest]: readonly string[]): void {
  const inner = Object.hasOwn(into, name) && typeof into[name] === 'object' ? into[name] : {}
  const next = rest.length === 0 ? 'x' : inner
  Object.defineProperty(into, name, { value: next, enumerable: true, configurable: true, writable: true })
  if (rest.length > 0) put(next as Record<string, unknown>, rest)
}

/** Its jobs can be put, are understood by the dispatcher, and one shard never has more than the limits. */
function use(config: Config, queueConfig: Config['queues'][string]): void {
  const { name: queueName, partition: rule, concurrency, rateLimit, batch } = queueConfig
  const base = { queue: queueName, ...(rule ? { partition: 'acme' } : {}) }
  const made = newJob(config, { ...base, task: 'sync', ...asRuled(queueConfig), id: 'a' }, NOW)
  value(parseJob(config, value(made)))
  const most = { slots: mostUnits(queueConfig, 'slots'), starts: mostUnits(queueConfig, 'starts') }
  const limits = limitsWithin(queueConfig, most)
  const isPaused = concurrency === 0 || rateLimit?.allowed === 0
  expect(limits.isPaused ?? false).toBe(isPaused)
  if (isPaused) expect(limits.slots).toBe(0)
  else expect(limits.slots).toBeGreaterThan(0)
  expect(limits.slots).toBeLessThanOrEqual(concurrency ?? Number.POSITIVE_INFINITY)
  expect(limits.slots * (batch?.size ?? 1)).toBeLessThanOrEqual(MAX_JOBS_PER_SHARD)
}
