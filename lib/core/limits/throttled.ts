/**
 * A shard whose attempts fail too often starts less: its rate's window is stretched, and without a rate there is one start in
 * any window of half a second, stretched. So it only takes away: what starts within the stretched window starts within
 * the configured one. A rate that other partitions share, a total's, a pool's or one by a rule of its own, is none of the partition's.
 */
import type { ShardState, Token } from '../shard/state.ts'
import {
  type AdaptiveRule,
  type AdaptiveState,
  AT_EASE,
  afterOutcomes,
  type Counted,
  NO_OUTCOMES,
  type Outcomes,
  stretchedAt,
} from './adaptive.ts'
import { type Limits, type RateLimit, type ShardLimits, withMargin } from './limits.ts'

/** What a pass makes of the outcomes that it has read. */
export interface Throttling {
  readonly adaptive: AdaptiveState
  /** Of those in the item: they are judged, and come off. */
  readonly judged: Outcomes
}

/** The slot that a worker gives back with the pass, and what its attempt has come to. */
interface Ended {
  readonly id: string
  readonly token: Token
  readonly outcome?: Counted
}

/** Good outcomes are taken to have come first, for nobody knows. */
export function throttlingOf(
  { adaptive = AT_EASE, outcomes = NO_OUTCOMES, slots }: ShardState,
  ended: Ended | undefined,
  rule: AdaptiveRule,
  now: number,
): Throttling {
  // A slot that is free already has been counted by whoever freed it.
  const own = ended?.outcome && slots[ended.id]?.token === ended.token ? [ended.outcome] : []
  const all: Counted[] = [...times(outcomes, 'ok', rule), ...times(outcomes, 'failed', rule), ...own]
  return { adaptive: afterOutcomes(adaptive, all, rule, now), judged: outcomes }
}

/** More than are looked at make no difference. */
const times = (outcomes: Outcomes, what: Counted, rule: AdaptiveRule): Counted[] =>
  Array.from({ length: Math.min(Math.max(0, outcomes[what]), rule.outcomes) }, () => what)

/** How a shard is throttled in one pass. */
export interface Pace {
  /** @param cost what the next job says that it costs, if that is known */
  readonly limit: (limits: ShardLimits, now: number, cost?: number) => ShardLimits
  /** Nothing, if its queue does not adapt. */
  readonly noted: { readonly throttling?: Throttling }
}

/** A partition, as it is configured and as its limits are in force. */
interface Partition {
  readonly configured: Pick<Limits, 'adaptive'>
  readonly limits: Pick<Limits, 'rateLimit'>
}

export function paceOf(
  state: ShardState,
  ended: Ended | undefined,
  { configured: { adaptive: rule }, limits: { rateLimit: inAll = SMALLEST } }: Partition,
  now: number,
): Pace {
  if (!rule) return { limit: (limits) => limits, noted: {} }
  const throttling = throttlingOf(state, ended, rule, now)
  const limit = (limits: ShardLimits, at: number, cost?: number): ShardLimits => {
    const { since, stretch } = stretchedAt(throttling.adaptive, rule, at)
    if (stretch <= 1) return limits
    const rate = stretched(limits.rateLimit ?? inStarts(limits.costRate, cost) ?? SMALLEST, stretch)
    const throttle = { stretch, rate, allowedInAll: inAll.allowed, easesAt: since + rule.recovery_ms }
    return { ...limits, throttle }
  }
  return { limit, noted: { throttling } }
}

/** What is stretched if there is no rate. */
const SMALLEST_WINDOW_MS = 500

const SMALLEST: RateLimit = {
  ...withMargin({ allowed: 1, period_ms: SMALLEST_WINDOW_MS }),
  isInterval: true,
}

/**
 * As many starts as jobs that cost what the next one does have in the window: a shard remembers how many have started, and not what each
 * has cost. Its partition's rate counts that, as it is configured.
 */
const inStarts = (rate: RateLimit | undefined, cost = 1): RateLimit | undefined =>
  rate && { ...rate, allowed: Math.max(1, Math.floor(rate.allowed / cost)) }

const stretched = (rate: RateLimit, stretch: number): RateLimit => ({
  ...rate,
  period_ms: Math.ceil(rate.period_ms * stretch),
})
