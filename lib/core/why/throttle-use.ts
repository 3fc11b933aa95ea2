/** What an adaptive throttle does to a partition now: plain data. Each shard is throttled by its own outcomes. */
import { type AdaptiveRule, shareOfFailures, stretchedAt } from '../limits/adaptive.ts'
import { throttlingOf } from '../limits/throttled.ts'
import type { ShardState } from '../shard/state.ts'

export interface ThrottleUse {
  /** By how much the window between starts is stretched now: 1 is as configured. Of a partition: where it is stretched most. */
  readonly stretch: number
  /** How many of the last outcomes count: those since the stretch has changed. */
  readonly outcomes: number
  /** The share of failures among them, from 0 to 1. */
  readonly errorRate: number
  /** When time alone takes a step of the stretch back. Epoch ms; absent at a stretch of 1. */
  readonly easesAt?: number
}

/** What the next pass would make of what it finds. */
export function throttleOf(state: ShardState, rule: AdaptiveRule, at: number): ThrottleUse {
  const { last, stretch, since } = stretchedAt(throttlingOf(state, undefined, rule, at).adaptive, rule, at)
  return {
    stretch,
    outcomes: last.length,
    errorRate: shareOfFailures(last),
    ...(stretch > 1 ? { easesAt: since + rule.recovery_ms } : {}),
  }
}

/** Of a whole partition: its slowest shard, and the outcomes of all. */
export function throttleOfAll(shards: readonly ThrottleUse[]): ThrottleUse | undefined {
  const [slowest] = shards.toSorted((one, other) => other.stretch - one.stretch)
  if (!slowest) return undefined
  const outcomes = sum(shards.map((one) => one.outcomes))
  const failed = sum(shards.map((one) => one.outcomes * one.errorRate))
  return { ...slowest, outcomes, errorRate: outcomes === 0 ? 0 : failed / outcomes }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
