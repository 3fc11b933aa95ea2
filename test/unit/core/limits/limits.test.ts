import { describe, expect, test } from 'vitest'
import { applyOverride, defaultMargin } from '../../../../lib/core/limits/limits.ts'

const RATE = { allowed: 7, period_ms: 1000, margin_ms: 0 }

describe('overrides', () => {
  const configured = { concurrency: 5, rateLimit: RATE }

  test('replace what they name and leave the rest', () => {
    expect(applyOverride(configured, undefined)).toEqual(configured)
    expect(applyOverride(configured, {})).toEqual(configured)
    expect(applyOverride(configured, { concurrency: 0 })).toEqual({ ...configured, concurrency: 0 })
    expect(applyOverride({}, { concurrency: 2 })).toEqual({ concurrency: 2 })
  })

  test('a rate without a margin gets the default one', () => {
    const rateLimit = { allowed: 1, period_ms: 10_000 }
    expect(applyOverride(configured, { rateLimit }).rateLimit).toEqual({ ...rateLimit, margin_ms: 250 })
  })

  test.each([
    [1, 20],
    [4000, 100],
    [10_000, 250],
    [3_600_000, 1000],
  ])('the default margin of %d ms is %d ms', (period, margin) => {
    expect(defaultMargin(period)).toBe(margin)
  })
})
