/** Why a shard has not been granted more. */
import type { SharedWait } from './grant.ts'
import type { LimiterName } from './queue-limiter.ts'
import { earliestStart, type RateInUse, unitsFor } from './shared-rate.ts'

/** The rate that grants its next start last, to a job that says that it costs so much. */
export function tightest(rates: readonly RateInUse[], now: number, own: number | undefined): SharedWait {
  const waits = rates.map((use) => {
    const { allowed, period_ms } = use.rate
    const { slowedUntil } = use
    const slowed = slowedUntil === undefined ? {} : { slowedUntil }
    const units = unitsFor(use, own)
    const cost = units === 1 ? {} : { cost: units }
    return { limiter: use.name, allowed, period_ms, nextAt: earliestStart(use, now, own), ...slowed, ...cost }
  })
  const [last] = waits.toSorted((one, other) => other.nextAt - one.nextAt)
  if (!last) return { limiter: '' as LimiterName, allowed: 0, period_ms: 0, nextAt: now }
  const { nextAt, ...wait } = last
  return Number.isFinite(nextAt) ? { ...wait, nextAt } : wait
}
