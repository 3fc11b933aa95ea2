/** What is printed: a figure, and the goal that it has. */

export type Goal = { readonly atLeast: number } | { readonly atMost: number }

export interface Row {
  readonly name: string
  readonly value: number
  /** Absent if the figure is only shown. */
  readonly goal?: string
  /** Whether the goal is met. */
  readonly ok: boolean
  /** What has to hold as long as the goal is out of reach. */
  readonly bound?: string
  /** Whether the goal is met, or the bound holds that stands for it: this decides over the exit code. */
  readonly holds: boolean
}

/** One run, or two to compare. */
export interface Case {
  readonly name: string
  measure(seed: number): Promise<Row[]>
}

/** A figure that has no goal. */
export const shown = (name: string, value: number): Row => ({ name, value, ok: true, holds: true })

/**
 * A figure with a goal.
 * @param bound if the goal is out of reach today: what has been reached, lest it gets lost
 */
export function judged(name: string, value: number, goal: Goal, bound?: Goal): Row {
  const ok = isMet(goal, value)
  return {
    name,
    value,
    goal: textOf(goal),
    ok,
    ...(bound ? { bound: textOf(bound) } : {}),
    holds: ok || (bound !== undefined && isMet(bound, value)),
  }
}

const isMet = (goal: Goal, value: number): boolean =>
  'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost

const textOf = (goal: Goal): string => ('atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`)

/** A share as a percentage with one digit. */
export const percent = (share: number): number => Math.round(share * 1000) / 10
