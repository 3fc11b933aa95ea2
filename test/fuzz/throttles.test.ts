/** What a handler throws to be called later, and a throttle's variables, whatever a service or a person has written there. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { RetryAfterError, throwIfToRetryAfter } from '../../lib/api/retry-after.ts'
import { throttleFromEnvironment } from '../../lib/api/throttle-variables.ts'
import { toSettings } from '../../lib/api/throttled-options.ts'
import { outcomeOfThrown } from '../../lib/api/thrown.ts'
import { EnvironmentError } from '../../lib/core/errors.ts'
import { endingOf } from '../../lib/core/job/ending.ts'
import { parseJob } from '../../lib/core/job/job.ts'
import { LONGEST_SLOW_DOWN_MS, slowDownSchema } from '../../lib/core/limits/slow-down.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import { asShard, jobItem, NOW, value } from '../support/builders.ts'
import { untyped } from '../support/untyped.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('slow-downs and throttles')

const CONFIG = defineConfig({
  pools: { api: { concurrency: 4 } },
  queues: { crm: { partition: { payload: 'customer' }, pools: { api: 1 } } },
})
const JOB = value(parseJob(CONFIG, jobItem({ pk: asShard('crm|acme') })))
const hostile = fc.oneof(
  { weight: 5, arbitrary: anything },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>('\ud800', 'x'.repeat(2000), 1n, Symbol('x'), undefined, Number.NaN),
  },
)

describe('a RetryAfterError', () => {
  const when = fc.oneof(
    fc.constantFrom<unknown>(
      '120',
      ' 5 ',
      '30s',
      5000,
      -1,
      'Wed, 21 Oct 2015 07:28:00 GMT',
      '9'.repeat(400),
      new Date(NOW),
      new Date(Number.NaN),
      null,
    ),
    hostile,
  )
  const why = fc.oneof(
    fc.constantFrom<unknown>(undefined, 'HTTP 429', { pool: 'api' }, { total: 'crm', reason: 'x' }),
    almost({ reason: hostile, pool: hostile, total: hostile, tag: hostile, each: hostile }),
    hostile,
  )

  test('slows down for a time within bounds, whatever it is made of', () => {
    const property = fc.property(when, why, (at, because) => {
      tried(1)
      const thrown = new RetryAfterError(untyped(at), untyped(because))
      expect(thrown.until).not.toBeNaN()
      const ending = endingOf(JOB, outcomeOfThrown(thrown, JOB, false), NOW, 0.5)
      if (ending.kind !== 'slowed') throw new Error(`${ending.kind}: it has asked for time`)
      expect(slowDownSchema.safeParse({ until: ending.until, reason: ending.error }).success).toBe(true)
      expect(ending.until).toBeGreaterThan(NOW)
      expect(ending.until).toBeLessThanOrEqual(NOW + LONGEST_SLOW_DOWN_MS)
    })
    fc.assert(property, runs(5000))
  })
})

test('what is no time is taken for 30 s, whatever numbers are in it', () => {
  const word = fc.stringMatching(/^[A-Za-z ]{0,9}$/)
  const sign = fc.constantFrom('-', '+', 'in ', '#', '')
  const property = fc.property(
    word,
    sign,
    fc.double({ noNaN: true }),
    word,
    (before, mark, number, after) => {
      const written = `x${before} ${mark}${number} ${after}`
      tried(1)
      const before_ms = Date.now()
      const { until } = new RetryAfterError(written)
      expect(until).toBeGreaterThanOrEqual(before_ms + 30_000)
      expect(until).toBeLessThanOrEqual(Date.now() + 30_000)
    },
  )
  fc.assert(property, runs(5000))
})

describe('an answer of HTTP', () => {
  const status = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(429, 503) }, hostile)
  const header = fc.oneof(
    fc.constantFrom<unknown>('120', '-5', '1e9', 'Wed, 21 Oct 2065 07:28:00 GMT', '1, 2', ['7'], null),
    hostile,
  )
  const broken = () => {
    throw new Error('no headers today')
  }
  const headers = fc.oneof(
    { weight: 4, arbitrary: header.map((value) => ({ get: () => value })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>({ get: broken }, { 'retry-after': '7' }, new Map(), undefined),
    },
    { weight: 1, arbitrary: hostile },
  )
  const response = fc.oneof(
    { weight: 5, arbitrary: almost({ status, headers }) },
    { weight: 1, arbitrary: hostile },
  )
  const limiter = fc.oneof(
    fc.constantFrom<unknown>(undefined, { pool: 'api' }, { total: 'crm' }),
    almost({ pool: hostile, tag: hostile, each: hostile, reason: hostile }),
    hostile,
  )

  test('asks for a time within bounds if it is 429 or 503, and for nothing otherwise', () => {
    const property = fc.property(response, limiter, (answer, which) => {
      tried(1)
      const asks = [429, 503].includes(Object(answer).status as number)
      let thrown: unknown
      try {
        throwIfToRetryAfter(untyped(answer), untyped(which))
      } catch (error) {
        thrown = error
      }
      expect(thrown !== undefined).toBe(asks)
      if (!asks) return
      expect(thrown).toBeInstanceOf(RetryAfterError)
      const ending = endingOf(JOB, outcomeOfThrown(thrown, JOB, false), NOW, 0.5)
      if (ending.kind !== 'slowed') throw new Error(`${ending.kind}: it has asked for time`)
      expect(slowDownSchema.safeParse({ until: ending.until, reason: ending.error }).success).toBe(true)
    })
    fc.assert(property, runs(5000))
  })
})

describe('the variables of a throttle', () => {
  const NAMES = [
    'MAX_WORKERS',
    'MAX_QUEUE',
    'MIN_INTERVAL_S',
    'ERROR_THRESHOLD',
    'BACKOFF_MULTIPLIER',
    'MAX',
    '',
  ]
  const written = fc.oneof(
    fc.constantFrom('3', '0.3', '2', ' 5 ', '', '-1', '1e3', '0x10', 'Infinity', 'NaN', '1_000'),
    text,
  )
  const variables = fc.dictionary(
    fc.constantFrom(...NAMES.map((name) => `DIGEST_${name}`), 'DIGEST', 'OTHER_MAX_WORKERS'),
    written,
  )

  test('make options that a throttle takes, or are refused by their names', () => {
    const property = fc.property(variables, (given) => {
      tried(1)
      let options: ReturnType<typeof throttleFromEnvironment>
      try {
        options = throttleFromEnvironment('DIGEST', {}, given)
      } catch (error) {
        expect(error).toBeInstanceOf(EnvironmentError)
        expect((error as Error).message).toMatch(/DIGEST_/)
        return
      }
      expect(toSettings(options).maxConcurrent).toBeGreaterThan(0)
      expect(Object.keys(given).filter((name) => name === 'DIGEST_' || name === 'DIGEST_MAX')).toEqual([])
    })
    fc.assert(property, runs(5000))
  })
})
