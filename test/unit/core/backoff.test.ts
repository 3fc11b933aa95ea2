import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { retryDelay } from '../../../lib/core/queue/backoff.ts'

const POLICY = { attempts: 9, backoff_ms: 100, factor: 2, maxBackoff_ms: 1000, jitter: 0 }

test('doubles with each attempt, up to the maximum', () => {
  const delays = [1, 2, 3, 4, 5, 1000].map((attempt) => retryDelay(POLICY, attempt, 0.7))
  expect(delays).toEqual([100, 200, 400, 800, 1000, 1000])
})

test('without a backoff no attempt has one, however late', () => {
  expect(retryDelay({ ...POLICY, backoff_ms: 0, factor: 10 }, 1000, 0.5)).toBe(0)
})

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const policy = fc.record({
  attempts: fc.constant(5),
  backoff_ms: fc.nat(100_000),
  factor: fc.double({ min: 1, max: 10, noNaN: true }),
  maxBackoff_ms: fc.nat(10_000_000),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
})

test.prop([policy, fc.integer({ min: 1, max: 1000 }), unit])(
  'is a whole number of ms between the backoff less its jitter and the maximum',
  (given, attempt, random) => {
    const delay = retryDelay(given, attempt, random)
    const grown = given.backoff_ms === 0 ? 0 : given.backoff_ms * given.factor ** (attempt - 1)
    const full = Math.min(given.maxBackoff_ms, grown)
    expect(Number.isInteger(delay)).toBe(true)
    expect(delay).toBeLessThanOrEqual(Math.round(full))
    expect(delay).toBeGreaterThanOrEqual(Math.floor(full * (1 - given.jitter)))
  },
)

test('jitter takes off what chance says', () => {
  expect(retryDelay({ ...POLICY, jitter: 1 }, 1, 0.25)).toBe(75)
})
