import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  bucketOf,
  bucketWidth,
  forgottenBuckets,
  startsInWindow,
  windowReopensAt,
} from '../../../lib/core/window.ts'
import { rateLimit } from '../../support/arbitraries.ts'

const RATE = { allowed: 3, period_ms: 1000, margin_ms: 100 }

describe('a bucket', () => {
  test.prop([fc.nat(), fc.integer({ min: 1, max: 10_000 })])('ends with or after its starts', (at, width) => {
    const end = Number(bucketOf(at, width))
    expect(end).toBeGreaterThanOrEqual(at)
    expect(end - at).toBeLessThan(width)
    expect(end % width).toBe(0)
  })

  test.prop([rateLimit])('is a twentieth of the period at most, and 1 ms for small limits', (rate) => {
    expect(bucketWidth(rate)).toBeLessThanOrEqual(Math.ceil(rate.period_ms / 20))
    if (rate.allowed <= 20) expect(bucketWidth(rate)).toBe(1)
  })
})

describe('a window', () => {
  test('counts a start until its period and margin are over', () => {
    expect(startsInWindow({ 5000: 2 }, RATE, 6099)).toBe(2)
    expect(startsInWindow({ 5000: 2 }, RATE, 6100)).toBe(0)
  })

  test('reopens when the first start is forgotten', () => {
    expect(windowReopensAt({ 5000: 1, 5400: 2, 1: 1 }, RATE, 5500)).toBe(6100)
  })

  test('reopens a window from now where nothing is remembered yet', () => {
    expect(windowReopensAt({}, RATE, 5000)).toBe(6100)
  })

  test('forgets what no longer counts, and what is over where there is no limit', () => {
    expect(forgottenBuckets({ 5000: 1, 5001: 1 }, RATE, 6100)).toEqual(['5000'])
    expect(forgottenBuckets({ 5000: 1, 5001: 1 }, undefined, 5000)).toEqual(['5000'])
  })
})
