/**
 * I8: a shard that has no rate, and is throttled, claims one job at a time; it is never faster than configured, and slower only for so many
 * outcomes as are needed; each pass takes back what time has healed.
 */
import { ADAPTIVE_DEFAULTS } from '../../../lib/core/limits/adaptive.ts'
import type { Plan } from '../workloads/plan.ts'
import { ADAPTIVE } from '../workloads/queues.ts'
import type { Effect } from '../world/events.ts'
import type { Check, Seen } from './check.ts'
import { isWritten } from './claims.ts'
import { readShard } from './keys.ts'
import { longestPass } from './limits.ts'

/** Time takes a step back: less than this after the last one it surely has not, by whatever clock. */
const SURELY_SLOW_MS = ADAPTIVE_DEFAULTS.recovery_ms / 4

export const throttledClaimsLess: Check = {
  name: 'I8 throttled',
  after(event, seen) {
    const { truth, fail } = seen
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
    if (isAlwaysAdaptive(truth.plan, queue)) judgeSteps(event.effect, seen)
  },
}

/** A pass judges by the item that it has read, and by its own attempt. */
function judgeSteps({ shard, read, outcome }: Written, { truth, fail }: Seen): void {
  const { last = '', stretch: was = 1 } = read.adaptive ?? {}
  const { ok, failed } = read.outcomes ?? { ok: 0, failed: 0 }
  const { stretch, since } = outcome.state.adaptive ?? { stretch: 1, since: 0 }
  const outcomes = last.length + ok + failed + 1
  if (stretch > was && outcomes < ADAPTIVE.minimumOutcomes)
    fail(`${shard} is throttled for ${outcomes} outcomes`)
  const healsIn_ms = ADAPTIVE_DEFAULTS.recovery_ms + longestPass(truth.plan) + 2 * truth.plan.maxSkew_ms
  if (stretch > 1 && truth.now - since > healsIn_ms)
    fail(`${shard} is stretched by ${stretch} for ${truth.now - since} ms, and nothing heals`)
}

type Written = Extract<Effect, { op: 'pass' }> & { readonly outcome: { readonly kind: 'written' } }

export const isAlwaysAdaptive = ({ versions }: Plan, name: string): boolean =>
  versions.every(({ config }) => !Object.hasOwn(config.queues, name) || config.queues[name]?.adaptive)
