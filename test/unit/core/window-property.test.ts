/** I2: in no window of `period` do more jobs start than `allowed`, whatever happens between claim and start. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { RateLimit } from '../../../lib/core/limits/limits.ts'
import { bucketWidth } from '../../../lib/core/limits/window.ts'
import { rateLimit } from '../../support/arbitraries.ts'
import { busiestWindow, WindowRun } from '../../support/window-run.ts'

/** Waits, as a share of the period: passes come at any time, starts any time after their claim. */
const step = fc.record({
  wait: fc.oneof(
    fc.constant(0),
    fc.double({ min: 0, max: 0.3, noNaN: true }),
    fc.constantFrom(0.95, 1, 1.01, 3),
  ),
  action: fc.oneof(
    { weight: 3, arbitrary: fc.constant('pass' as const) },
    { weight: 1, arbitrary: fc.constant('hand' as const) },
    { weight: 4, arbitrary: fc.constant('start' as const) },
  ),
  which: fc.nat(1000),
  late: fc.double({ min: 0, max: 0.5, noNaN: true }),
  allowed: fc.integer({ min: 1, max: 60 }),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
const steps = fc.array(step, { minLength: 10, maxLength: 150 })

function carryOut(run: WindowRun, { action, which, wait, late }: Step): number {
  run.now += Math.round(wait * run.rate.period_ms)
  if (action !== 'start') return run.pass(action === 'hand')
  const { unstarted } = run
  // Several in one step, so that large limits are reached.
  for (const id of unstarted.slice(which % (unstarted.length + 1)))
    run.start(id, Math.floor(late * run.rate.margin_ms))
  return 0
}

describe('the sliding window', () => {
  test.prop([rateLimit, steps], { numRuns: 200 })(
    'is never exceeded, in any window of starts',
    (rate, actions) => {
      const run = new WindowRun(rate)
      for (const action of actions) carryOut(run, action)
      expect(busiestWindow(run.starts, rate.period_ms)).toBeLessThanOrEqual(rate.allowed)
    },
  )

  test.prop([rateLimit, steps], { numRuns: 200 })(
    'is never exceeded by a claim under the limit of its moment, while the limit goes up and down',
    (rate, actions) => {
      const run = new WindowRun(rate)
      for (const action of actions) {
        run.rate = action.which % 5 === 0 ? { ...rate, allowed: action.allowed } : run.rate
        if (carryOut(run, action) === 0) continue
        const spent = run.startsSince(run.lastStartAt - rate.period_ms) + run.unstarted.length
        expect(spent).toBeLessThanOrEqual(run.rate.allowed)
      }
    },
  )

  test.prop([rateLimit, fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 })], { numRuns: 100 })(
    'holds no start back by more than a bucket and the margin',
    (rate, waits) => {
      const run = new WindowRun(rate)
      for (const wait of waits) {
        run.pass(false)
        for (const id of run.unstarted) run.start(id)
        run.now = run.dueAt ?? run.now + (wait % rate.period_ms)
      }
      expect(slowest(run.starts, rate)).toBeLessThanOrEqual(
        rate.period_ms + rate.margin_ms + (bucketWidth(rate) - 1),
      )
      expect(run.starts.length).toBeGreaterThanOrEqual(rate.allowed * 2)
    },
  )
})

/** With work at all times, a start follows the one `allowed` before it after about a period. */
const slowest = (starts: readonly number[], { allowed }: RateLimit): number =>
  Math.max(...starts.slice(allowed).map((at, n) => at - (starts[n] ?? at)))
