/**
 * I2: in no window of `period` do more handlers start than `allowed`, in true time.
 *
 * Starts are stamped by one machine and forgotten by another. A start is remembered for `period + margin` after its
 * stamp, and a handler begins at most `slack` after it, so the window is whole as long as the clocks' difference is
 * at most `margin − slack`; beyond, it is shorter by the excess. What was claimed under another rate may still start. If the
 * queue counts costs, each start is as many as its job says that it costs.
 */
import type { Check } from './check.ts'
import { firstOfCalls } from './flights.ts'
import { ownCost, slackOf } from './i2-limiters.ts'
import { readShard } from './keys.ts'

export const rate: Check = {
  name: 'I2 rate',
  after(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    const { partition } = readShard(event.pk)
    const regime = truth.limits.rateRegime(partition, truth.now)
    if (!regime) return
    const { allowed, period_ms, margin_ms } = regime.rate
    const excess_ms = Math.max(0, 2 * truth.plan.maxSkew_ms - (margin_ms - slackOf(regime.rate)))
    const window_ms = period_ms - excess_ms
    const started = firstOfCalls(
      truth.attempts.filter(
        (attempt) =>
          attempt.partition === partition &&
          attempt.startedAt > truth.now - window_ms &&
          attempt.claimedAt >= regime.since,
      ),
    )
    const starts = regime.rate.costs
      ? started.reduce((sum, { standing }) => sum + (ownCost(standing?.item) ?? 1), 0)
      : started.length
    if (starts > allowed)
      fail(`${starts} starts of ${partition} within ${window_ms} ms; ${allowed} per ${period_ms} ms`)
  },
}
