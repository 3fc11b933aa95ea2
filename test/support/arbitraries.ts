/** Random values of the core's types. */
import { fc } from '@fast-check/vitest'
import type { JobId, Position, Priority } from '../../lib/core/keys.ts'
import type { RateLimit } from '../../lib/core/limits/limits.ts'
import { encodePartition } from '../../lib/core/text/partition-value.ts'

const LETTERS = [...'abcXYZ0189']

const word = (more: string, maxLength: number) =>
  fc
    .tuple(
      fc.constantFrom(...LETTERS),
      fc.string({ unit: fc.constantFrom(...LETTERS, ...more), maxLength: maxLength - 1 }),
    )
    .map((parts) => parts.join(''))

export const jobId = word('_.:@=+~-', 64).map((id) => id as JobId)
export const queueName = word('_-', 64)
export const priority = fc.nat(9).map((number) => number as Priority)

export const position: fc.Arbitrary<Position> = fc.record({
  priority,
  runAt: fc
    .date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31, 23, 59, 59, 999)), noInvalidDate: true })
    .map((date) => date.getTime()),
  id: jobId,
})

/** Any text that a person may use as a tenant's name. */
export const tenant = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
export const encodedPartition = tenant.map(encodePartition)

export const rateLimit: fc.Arbitrary<RateLimit> = fc.record({
  allowed: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 15, max: 60 })),
  period_ms: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 5000 })),
  margin_ms: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 })),
})

/** What is said as an interval, too. */
export const rateOrInterval: fc.Arbitrary<RateLimit> = rateLimit.map((rate) =>
  rate.allowed === 1 ? { ...rate, isInterval: true } : rate,
)
