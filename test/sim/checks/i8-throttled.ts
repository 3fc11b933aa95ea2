/** I8: a shard that has no rate, and is throttled, claims one job at a time; and it is never faster than configured. */
import { ADAPTIVE_DEFAULTS } from '../../../lib/core/limits/adaptive.ts'
import type { Plan } from '../workloads/plan.ts'
import { ADAPTIVE } from '../workloads/queues.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { readShard } from './keys.ts'

/** Time takes a step back: less than this after the last one it surely has not, by whatever clock. */
const SURELY_SLOW_MS = ADAPTIVE_DEFAULTS.recovery_ms / 4

export const throttledClaimsLess: Check = {
  name: 'I8 throttled',
  after(event, { truth, fail }) {
    if (event.kind !== 'effect' || !isWritten(event.effect)) return
    const { shard, change, outcome } = event.effect
    const { adaptive } = outcome.state
    if (!adaptive) return
    if (adaptive.stretch < 1 || adaptive.stretch > ADAPTIVE.most)
      fail(`${shard} is stretched by ${adaptive.stretch}`)
    const isSlow = adaptive.stretch > 1 && Math.abs(truth.now - adaptive.since) < SURELY_SLOW_MS
    const { queue, partition } = readShard(shard)
    const limits = truth.limits.ofPartition(partition, truth.now - SURELY_SLOW_MS, truth.now)
    const hasRate = limits.some(({ rate }) => rate !== undefined)
    const claims = Object.keys(change.take).length
    if (isSlow && !hasRate && isAlwaysAdaptive(truth.plan, queue) && claims > 1)
      fail(`${shard} claims ${claims} jobs, and is throttled`)
  },
}

const isAlwaysAdaptive = ({ versions }: Plan, name: string): boolean =>
  versions.every(({ config }) => !Object.hasOwn(config.queues, name) || config.queues[name]?.adaptive)
