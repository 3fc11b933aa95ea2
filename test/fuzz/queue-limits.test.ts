/** Limits of all partitions of a queue as people set them without types: refused before anything is written, or kept as they can be read. */
import { fc } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { adminOf } from '../../lib/api/admin.ts'
import { SluiceError } from '../../lib/core/errors.ts'
import { toQueueLimits } from '../../lib/core/queue/queue-limits.ts'
import { untyped } from '../support/untyped.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { fuzzContext } from './context.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('limits of queues')

const hostile = fc.oneof(
  { weight: 5, arbitrary: anything },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('\ud800', 1n, Symbol('x'), undefined, Number.NaN) },
)
const amount = fc.oneof(fc.nat(20), hostile)
const whole = fc.oneof(
  {
    weight: 9,
    arbitrary: almost({
      queue: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('crm', 'bulk', 'ruled', 'costly') },
        { weight: 1, arbitrary: hostile },
      ),
    }),
  },
  { weight: 1, arbitrary: hostile },
)
const limits = fc.oneof(
  almost({
    concurrency: amount,
    rateLimit: almost({ allowed: amount, period: fc.constantFrom('1s', 250, '2m', 'never'), margin: amount }),
  }),
  almost({ concurrency: amount }),
  fc.constant(null),
  hostile,
)
const options = fc.oneof(
  { weight: 3, arbitrary: almost({ by: fc.oneof(fc.constant('ann'), hostile), reason: text }) },
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: almost({
      onProgress: fc.oneof(
        fc.constant(() => {}),
        hostile,
      ),
    }),
  },
)

test('limits of a queue are kept, or refused in words', async () => {
  const { context, tables } = fuzzContext()
  const admin = adminOf({ ...context, wake: () => context.wake, keepsPayloads: false })
  let kept = 0
  const property = fc.asyncProperty(whole, limits, options, async (what, given, who) => {
    tried(1)
    const before = structuredClone(tables.queueLimits)
    try {
      await admin.setLimits(untyped(what), untyped(given), untyped(who))
    } catch (error) {
      expect(error).toBeInstanceOf(SluiceError)
      expect((error as Error).message).toMatch(/^.{8,}/)
      expect(tables.queueLimits).toEqual(before)
      return
    }
    kept++
    for (const said of tables.queueLimits?.values() ?? []) expect(toQueueLimits(said)).toEqual(said)
  })
  await fc.assert(property, runs(5000))
  expect(kept).toBeGreaterThan(100)
})
