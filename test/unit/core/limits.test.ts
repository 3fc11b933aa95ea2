import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { parseShard } from '../../../lib/core/keys.ts'
import {
  applyOverride,
  defaultMargin,
  type Limits,
  limitsOfShard,
  MAX_SLOTS_PER_SHARD,
} from '../../../lib/core/limits/limits.ts'
import { shardsOf } from '../../../lib/core/limits/shares.ts'
import { value } from '../../support/builders.ts'

const RATE = { allowed: 7, period_ms: 1000, margin_ms: 0 }
const limitsOf = (pk: string, limits: Limits, shards: number) =>
  limitsOfShard(limits, value(parseShard(pk)), shards)

describe('the limits of a shard', () => {
  const limits = fc.record(
    { concurrency: fc.nat(300), rateLimit: fc.record({ ...constants(RATE), allowed: fc.nat(300) }) },
    { requiredKeys: [] },
  )

  test.prop([limits, fc.integer({ min: 1, max: 20 })])(
    'never sum to more than the partition`s',
    (given, count) => {
      const all = shardsOf({ queue: 'q', partition: 'p' }, count).map((pk) => limitsOf(pk, given, count))
      const slots = all.reduce((sum, shard) => sum + shard.slots, 0)
      const starts = all.reduce(
        (sum, shard) => sum + (shard.displaced ? 0 : (shard.rateLimit?.allowed ?? 0)),
        0,
      )
      if (given.concurrency !== undefined) expect(slots).toBeLessThanOrEqual(given.concurrency)
      if (given.rateLimit) expect(starts).toBeLessThanOrEqual(given.rateLimit.allowed)
    },
  )

  test.prop([limits, fc.integer({ min: 1, max: 20 })])(
    'let every shard that keeps its jobs run them, unless the partition is paused',
    (given, count) => {
      const paused = given.concurrency === 0 || given.rateLimit?.allowed === 0
      for (const pk of shardsOf({ queue: 'q', partition: 'p' }, count)) {
        const shard = limitsOf(pk, given, count)
        if (paused) expect(shard).toMatchObject({ slots: 0, displaced: false })
        else if (!shard.displaced) {
          expect(shard.slots).toBeGreaterThan(0)
          expect(shard.rateLimit?.allowed ?? 1).toBeGreaterThan(0)
        }
      }
    },
  )

  test('a shard without a place or a share is displaced and has no slots', () => {
    for (const pk of ['q|p', 'q|p|10', 'q|p|3'])
      expect(limitsOf(pk, { concurrency: 3 }, 10)).toMatchObject({ slots: 0, displaced: true, active: 3 })
    expect(limitsOf('q|p|2', { concurrency: 3 }, 10)).toMatchObject({ slots: 1, displaced: false })
  })

  test('an item holds a hundred slots at most', () => {
    expect(limitsOf('q|p', { concurrency: 5000 }, 1).slots).toBe(MAX_SLOTS_PER_SHARD)
    expect(limitsOf('q|p', {}, 1).slots).toBe(MAX_SLOTS_PER_SHARD)
  })
})

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

function constants(rate: typeof RATE) {
  return { period_ms: fc.constant(rate.period_ms), margin_ms: fc.constant(rate.margin_ms) }
}
