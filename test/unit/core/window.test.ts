import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  bucketOf,
  bucketWidth,
  claimedAhead,
  forgottenBuckets,
  startsInWindow,
  startTimes,
  windowReopensAt,
} from '../../../lib/core/limits/window.ts'
import { rateLimit } from '../../support/arbitraries.ts'

const RATE = { allowed: 3, period_ms: 1000, margin_ms: 100 }

describe('a bucket', () => {
  test.prop([fc.nat(), fc.integer({ min: 1, max: 10_000 })])('ends with or after its starts', (at, width) => {
    const end = Number(bucketOf(at, width))
    expect(end).toBeGreaterThanOrEqual(at)
    expect(end - at).toBeLessThan(width)
    expect(end % width).toBe(0)
  })

  test.prop([rateLimit])('is a 32nd of the period at most, and 1 ms for small limits', (rate) => {
    expect(bucketWidth(rate)).toBeLessThanOrEqual(Math.ceil(rate.period_ms / 32))
    if (rate.allowed <= 32) expect(bucketWidth(rate)).toBe(1)
  })
})

describe('a window', () => {
  test('counts a start until its period and margin are over', () => {
    expect(startsInWindow({ 5000: 2 }, RATE, 6099)).toBe(2)
    expect(startsInWindow({ 5000: 2 }, RATE, 6100)).toBe(0)
  })

  test('is looked at again as long before the next start is forgotten as jobs may be claimed ahead', () => {
    expect(windowReopensAt({ 5000: 1, 5400: 2, 1: 1 }, RATE, 5500)).toBe(6100 - 250)
    expect(windowReopensAt({ 5000: 1, 5400: 2 }, RATE, 5850)).toBe(6500 - 250)
  })

  test('is looked at again a window from now if nothing is remembered yet', () => {
    expect(windowReopensAt({}, RATE, 5000)).toBe(6100 - 250)
  })

  test('is claimed ahead by half of itself at the most', () => {
    expect(claimedAhead({ allowed: 1, period_ms: 10_000, margin_ms: 250 })).toBe(250)
    expect(claimedAhead({ allowed: 1, period_ms: 100, margin_ms: 20 })).toBe(60)
  })

  test('makes no more times than are wanted, however many starts are allowed', () => {
    expect(startTimes({}, { ...RATE, allowed: 1e15 }, { reserved: 0, now: 1, most: 2 })).toEqual([1, 1])
    expect(
      startTimes({ 5000: 1e15 }, { ...RATE, allowed: 1e15 }, { reserved: 0, now: 5900, most: 2 }),
    ).toEqual([6100, 6100])
  })

  test('gives a time to each start: now, or when an earlier one is forgotten soon', () => {
    expect(startTimes({}, RATE, { reserved: 1, now: 5000, most: 9 })).toEqual([5000, 5000])
    expect(startTimes({ 5000: 1, 5100: 1 }, RATE, { reserved: 0, now: 5900, most: 9 })).toEqual([5900, 6100])
    expect(startTimes({ 5000: 2, 5100: 1 }, RATE, { reserved: 0, now: 5900, most: 9 })).toEqual([6100, 6100])
    expect(startTimes({ 5000: 2, 5100: 1 }, RATE, { reserved: 1, now: 5900, most: 9 })).toEqual([6100])
    expect(startTimes({ 5000: 3 }, { ...RATE, allowed: 1 }, { reserved: 0, now: 5900, most: 9 })).toEqual([
      6100,
    ])
    expect(startTimes({ 5000: 3 }, { ...RATE, allowed: 0 }, { reserved: 0, now: 5900, most: 9 })).toEqual([])
  })

  test('forgets what no longer counts, and what is over where there is no limit', () => {
    expect(forgottenBuckets({ 5000: 1, 5001: 1 }, RATE, 6100)).toEqual(['5000'])
    expect(forgottenBuckets({ 5000: 1, 5001: 1 }, undefined, 5000)).toEqual(['5000'])
  })
})
