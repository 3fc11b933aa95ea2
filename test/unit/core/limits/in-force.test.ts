import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  capOf,
  isMetered,
  limitsInForce,
  limitsWithin,
  mostUnits,
  SLOTS_OF_A_SMALL_ITEM,
} from '../../../../lib/core/limits/in-force.ts'
import { type Limits, MAX_SLOTS_PER_SHARD } from '../../../../lib/core/limits/limits.ts'
import { NOW } from '../../../support/builders.ts'

const RATE = { allowed: 7, period_ms: 1000, margin_ms: 0 }
const limits: fc.Arbitrary<Limits> = fc.record(
  { concurrency: fc.nat(300), rateLimit: fc.nat(300).map((allowed) => ({ ...RATE, allowed })) },
  { requiredKeys: [] },
)
const units = fc.record({
  slots: fc.integer({ min: -5, max: 300 }),
  starts: fc.integer({ min: -5, max: 300 }),
})

describe('the limits in force', () => {
  test('are the configured ones, or what was set at run time', () => {
    expect(limitsInForce({ concurrency: 5 }, {}, NOW)).toEqual({ concurrency: 5 })
    expect(limitsInForce({ concurrency: 5 }, { override: { concurrency: 9 } }, NOW)).toEqual({
      concurrency: 9,
    })
  })

  test('let nothing start before a slow-down ends', () => {
    const slowed = { until: NOW + 1, reason: 'HTTP 429' }
    const inForce = limitsInForce({ concurrency: 5 }, { slowed }, NOW)
    expect(inForce).toEqual({ concurrency: 5, slowedUntil: NOW + 1 })
    expect(limitsWithin(inForce, { slots: 5, starts: 5 })).toEqual({ slots: 0, slowedUntil: NOW + 1 })
    expect(limitsInForce({ concurrency: 5 }, { slowed }, NOW + 1)).toEqual({ concurrency: 5 })
  })

  test('let nothing run if what was set makes no sense', () => {
    expect(limitsInForce({ rateLimit: RATE }, { overrideProblem: 'no' }, NOW)).toEqual({ concurrency: 0 })
  })
})

describe('the units of a limit', () => {
  test.each<[Limits, number, number]>([
    [{}, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [{ concurrency: 3 }, 3, Number.POSITIVE_INFINITY],
    [{ concurrency: 3, rateLimit: RATE }, 3, 7],
    [{ concurrency: 0, rateLimit: RATE }, 0, 0],
    [{ concurrency: 3, rateLimit: { ...RATE, allowed: 0 } }, 0, 0],
  ])('%j has %d slots and %d starts', (given, slots, starts) => {
    expect([capOf(given, 'slots'), capOf(given, 'starts')]).toEqual([slots, starts])
  })

  test('slots are always counted, starts only if there is a rate', () => {
    expect([isMetered({}, 'slots'), isMetered({}, 'starts')]).toEqual([true, false])
    expect(isMetered({ rateLimit: RATE }, 'starts')).toBe(true)
  })

  test('one shard has all of them at the most, but no more slots than its item holds', () => {
    expect(mostUnits({ concurrency: 30 }, 'slots')).toBe(30)
    expect(mostUnits({ concurrency: 3000 }, 'slots')).toBe(MAX_SLOTS_PER_SHARD)
    expect(mostUnits({ rateLimit: { ...RATE, allowed: 3000 } }, 'starts')).toBe(3000)
  })

  test('of an unlimited partition a shard has as many as a small item holds', () => {
    expect(mostUnits({}, 'slots')).toBe(SLOTS_OF_A_SMALL_ITEM)
    expect(mostUnits({}, 'slots', 1, 125)).toBe(SLOTS_OF_A_SMALL_ITEM)
  })

  test('of one that is not spread it has as many as its item holds well', () => {
    expect(mostUnits({}, 'slots', 1, 1)).toBe(MAX_SLOTS_PER_SHARD)
  })
})

describe('what a shard may do with its units', () => {
  test.prop([limits, units])('is never more than it has, nor than the limit', (given, has) => {
    const within = limitsWithin(given, has)
    expect(within.slots).toBeLessThanOrEqual(Math.max(0, has.slots))
    expect(within.slots).toBeGreaterThanOrEqual(0)
    if (given.rateLimit) {
      expect(within.rateLimit?.allowed).toBeLessThanOrEqual(given.rateLimit.allowed)
      expect(within.rateLimit?.allowed).toBe(Math.max(0, Math.min(given.rateLimit.allowed, has.starts)))
    }
  })

  test.prop([limits, units])('is nothing while the partition is paused, and says so', (given, has) => {
    const isPaused = given.concurrency === 0 || given.rateLimit?.allowed === 0
    expect(limitsWithin(given, has).isPaused ?? false).toBe(isPaused)
    if (isPaused) expect(limitsWithin(given, has).slots).toBe(0)
  })

  test('is nothing without a start to make', () => {
    expect(limitsWithin({ rateLimit: RATE }, { slots: 5, starts: 0 })).toEqual({
      slots: 0,
      rateLimit: { ...RATE, allowed: 0 },
    })
  })

  test('is what its item holds, if nothing limits it', () => {
    const all = Number.POSITIVE_INFINITY
    expect(limitsWithin({}, { slots: all, starts: all })).toEqual({ slots: MAX_SLOTS_PER_SHARD })
  })
})
