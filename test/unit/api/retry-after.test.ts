/** How a handler says that it wants to be called later. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RetryAfterError, throwIfToRetryAfter } from '../../../lib/api/retry-after.ts'
import { NOW } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

beforeEach(() => vi.useFakeTimers({ now: NOW }))
afterEach(() => void vi.useRealTimers())

describe('the time that is meant', () => {
  test.each([
    ['a date', new Date(NOW + 5000), 5000],
    ['a duration', '30s', 30_000],
    ['a number of ms', 1500, 1500],
    ['a header in seconds', '120', 120_000],
    ['a header as a date', new Date(NOW + 60_000).toUTCString(), 60_000],
    ['no header', null, 30_000],
    ['a header that says nothing', 'soon', 30_000],
    ['a date that is none', new Date('never'), 30_000],
    ['a header in seconds with a fraction', '2.5', 2500],
    ['a header as an ISO date', new Date(NOW + 60_000).toISOString(), 60_000],
  ])('%s', (_what, when, delay_ms) => {
    expect(new RetryAfterError(when).until - NOW).toBe(delay_ms)
  })
})

describe('a header as a date', () => {
  const LATER = Date.UTC(2026, 11, 6, 8, 49, 37)
  test.each([
    'Sun, 06 Dec 2026 08:49:37 GMT',
    'Sun, 6 Dec 2026 08:49:37 UTC',
    '06 Dec 2026 08:49:37 GMT',
    'Sun, 06 Dec 2026 10:49:37 +0200',
    ' sun, 06 dec 2026 08:49:37 gmt ',
    'Sunday, 06-Dec-26 08:49:37 GMT',
    'Sun Dec  6 08:49:37 2026',
    '2026-12-06T08:49:37Z',
    '2026-12-06T08:49:37.000+00:00',
    '2026-12-06T10:49:37+0200',
    '2026-12-06 08:49:37Z',
  ])('%s', (header) => {
    expect(new RetryAfterError(header).until).toBe(LATER)
  })

  test.each(
    [
      ['-5', '+5', '-120', '1e3', '5 s', '10 seconds', '120, 120', '120;w=1'],
      ['retry in 5', 'rate limit 100', 'soon 3', 'May', 'May 12', 'year 2026', '1/2', '1.2.3', '.5', '5.'],
      ['Sun, 06 Dec 2026', 'Sun, 06 Dec 2026 08:49:37', '2026-12-06T08:49:37', '2026-12-06', '06.12.2026'],
      ['Sun, 99 Dec 2026 08:49:37 GMT', '2026-13-06T08:49:37Z', 'x Sun, 06 Dec 2026 08:49:37 GMT', ''],
    ].flat(),
  )('is not guessed from %j', (header) => {
    expect(new RetryAfterError(header).until - NOW).toBe(30_000)
  })
})

test.each([
  ['HTTP 429', { reason: 'HTTP 429', limiter: undefined }],
  [{ reason: 'HTTP 429' }, { reason: 'HTTP 429', limiter: undefined }],
  [{ pool: 'hubspot' }, { reason: 'the service asked for it', limiter: { pool: 'hubspot' } }],
  [
    { total: 'crm', reason: 'full' },
    { reason: 'full', limiter: { total: 'crm' } },
  ],
  [
    { tag: 'portal', each: 'x', reason: 'full' },
    { reason: 'full', limiter: { tag: 'portal', each: 'x' } },
  ],
])('is of the partition, or of the limiter that it names: %o', (why, said) => {
  const { reason, limiter } = new RetryAfterError('30s', why)
  expect({ reason, limiter }).toEqual(said)
})

describe('an answer of a service', () => {
  const answer = (status: number, header: string | null = null) => ({
    status,
    headers: { get: () => header },
  })

  test.each([200, 404, 500])('%d passes', (status) => {
    expect(() => throwIfToRetryAfter(answer(status, '10'))).not.toThrow()
  })

  test.each([429, 503])('%d slows down, by what its header says', (status) => {
    expect(() => throwIfToRetryAfter(answer(status, '10'))).toThrow(
      expect.objectContaining({ name: 'RetryAfterError', until: NOW + 10_000, reason: `HTTP ${status}` }),
    )
  })

  test('is for the partition, or for the limiter that is named', () => {
    expect(() => throwIfToRetryAfter(answer(429))).toThrow(
      expect.not.objectContaining({ limiter: expect.anything() }),
    )
    expect(() => throwIfToRetryAfter(answer(429, '10'), { pool: 'hubspot' })).toThrow(
      expect.objectContaining({ until: NOW + 10_000, reason: 'HTTP 429', limiter: { pool: 'hubspot' } }),
    )
    expect(() => throwIfToRetryAfter(answer(200), { pool: 'hubspot' })).not.toThrow()
  })

  test.each([
    ['none', undefined],
    ['no headers of fetch', { 'retry-after': '7' }],
  ])('with %s says nothing of the time', (_what, headers) => {
    expect(() => throwIfToRetryAfter(untyped({ status: 429, headers }))).toThrow(
      expect.objectContaining({ until: NOW + 30_000 }),
    )
  })

  test('may be none at all, and then asks for nothing', () => {
    expect(() => throwIfToRetryAfter(untyped(undefined))).not.toThrow()
  })

  test('may be one of fetch', () => {
    const response = new Response('', { status: 429, headers: { 'Retry-After': '7' } })
    expect(() => throwIfToRetryAfter(response)).toThrow(expect.objectContaining({ until: NOW + 7000 }))
  })
})
