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
  ])('%s', (_what, when, delay_ms) => {
    expect(new RetryAfterError(when).until - NOW).toBe(delay_ms)
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
