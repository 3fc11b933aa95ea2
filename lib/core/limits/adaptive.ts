/**
 * Slows down by itself what fails too often: when of the last outcomes too many are failures, the interval between starts
 * is multiplied, again and again while it goes on, and it comes back as outcomes are good or as time passes. It only
 * takes away: a stretch is 1 or more, and 1 is what was configured.
 */
export interface AdaptiveRule {
  /** Over how many of the last outcomes the share of failures is taken. */
  readonly outcomes: number
  /** From this share of failures on the interval is multiplied. */
  readonly threshold: number
  readonly factor: number
  /** With fewer outcomes nothing is decided: one early failure is not a rate. */
  readonly minimumOutcomes: number
  /** The interval is multiplied by no more than this. */
  readonly most: number
  /** After so long without a change one step is taken back, whatever the outcomes. */
  readonly recovery_ms: number
}

export const ADAPTIVE_DEFAULTS: AdaptiveRule = {
  outcomes: 20,
  threshold: 0.3,
  factor: 2,
  minimumOutcomes: 10,
  most: 32,
  recovery_ms: 60_000,
}

/** What is multiplied within a process if no interval is configured. */
export const SMALLEST_INTERVAL_MS = 100

export interface AdaptiveState {
  /** The last outcomes since the stretch changed, oldest first: `1` is a failure. */
  readonly last: string
  /** By how much the interval is multiplied. */
  readonly stretch: number
  /** Epoch ms at which the stretch changed. */
  readonly since: number
}

export const AT_EASE: AdaptiveState = { last: '', stretch: 1, since: 0 }

/** What an attempt counts as. One that was given back, slowed down or cancelled counts as neither. */
export type Counted = 'ok' | 'failed'

/** How many attempts have come to what. */
export type Outcomes = Readonly<Record<Counted, number>>

export const NO_OUTCOMES: Outcomes = { ok: 0, failed: 0 }

/** By how much the interval is multiplied at `now`. */
export const stretchAt = (state: AdaptiveState, rule: AdaptiveRule, now: number): number =>
  stretchedAt(state, rule, now).stretch

/** The same, with the time of the last step back. */
export function stretchedAt(state: AdaptiveState, rule: AdaptiveRule, now: number): AdaptiveState {
  const after = afterTime(state, rule, now)
  return { ...after, stretch: Math.min(rule.most, after.stretch) }
}

/** The state after further outcomes, in their order as far as it is known. */
export const afterOutcomes = (
  state: AdaptiveState,
  outcomes: readonly Counted[],
  rule: AdaptiveRule,
  now: number,
): AdaptiveState =>
  outcomes.reduce((before, outcome) => afterOne(before, outcome, rule, now), afterTime(state, rule, now))

export const shareOfFailures = (last: string): number =>
  last.length === 0 ? 0 : last.replaceAll('0', '').length / last.length

/** A change begins anew: what it was made for does not make the next one. */
function afterOne(
  { last, stretch, since }: AdaptiveState,
  outcome: Counted,
  rule: AdaptiveRule,
  now: number,
): AdaptiveState {
  const seen = `${last}${outcome === 'failed' ? '1' : '0'}`.slice(-rule.outcomes)
  if (seen.length >= rule.minimumOutcomes) {
    if (shareOfFailures(seen) >= rule.threshold)
      return { last: '', stretch: Math.min(rule.most, stretch * rule.factor), since: now }
    if (stretch > 1) return { last: '', stretch: Math.max(1, stretch / rule.factor), since: now }
  }
  return { last: seen, stretch, since }
}

function afterTime(state: AdaptiveState, rule: AdaptiveRule, now: number): AdaptiveState {
  const steps = Math.floor((now - state.since) / rule.recovery_ms)
  if (state.stretch <= 1 || steps <= 0) return state
  const stretch = Math.max(1, state.stretch / rule.factor ** steps)
  return { ...state, stretch, since: state.since + steps * rule.recovery_ms }
}
