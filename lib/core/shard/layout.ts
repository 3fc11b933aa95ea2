/**
 * A queue's layout is its number of shards. When a deploy changes it, shards of the old and the new layout have jobs
 * in flight at the same time, and while both versions run, each goes by its own. So a shard that enters a layout
 * first looks at all its siblings, and uses only what they leave of the limit until none of them exceeds its share.
 */
import type { Shard, ShardKey } from '../keys.ts'
import type { ShardLimits } from '../limits/limits.ts'
import { shardsOf } from '../limits/shares.ts'
import { startsInWindow } from '../limits/window.ts'
import { type Layout, type ShardState, startsReserved } from './state.ts'

/** What a shard may use of its limits, and the layout by which it does. */
export interface Entered {
  readonly limits: ShardLimits
  readonly layout: Layout
}

export const isSettledIn = (state: ShardState, shards: number): boolean =>
  state.layout?.shards === shards && state.layout.settled

/** All shards that a partition has in any of these layouts. */
export const shardsInAny = (shard: Shard, layouts: readonly number[]): ShardKey[] => [
  ...new Set(layouts.flatMap((shards) => shardsOf(shard, shards))),
]

/** What one shard holds beyond its share. */
export interface Excess {
  readonly slots: number
  readonly starts: number
}

export function excessOf(state: ShardState, { slots, rateLimit }: ShardLimits, now: number): Excess {
  const held = Object.values(state.slots)
  const starts = rateLimit
    ? startsInWindow(state.window, rateLimit, now) + startsReserved(held) - rateLimit.allowed
    : 0
  return { slots: Math.max(0, held.length - slots), starts: Math.max(0, starts) }
}

export const sumOfExcess = (parts: readonly Excess[]): Excess => ({
  slots: parts.reduce((sum, { slots }) => sum + slots, 0),
  starts: parts.reduce((sum, { starts }) => sum + starts, 0),
})

/** What is left of a share while siblings hold more than theirs. */
export function reducedBy(limits: ShardLimits, excess: Excess): ShardLimits {
  const { rateLimit } = limits
  return {
    ...limits,
    slots: Math.max(0, limits.slots - excess.slots),
    ...(rateLimit
      ? { rateLimit: { ...rateLimit, allowed: Math.max(0, rateLimit.allowed - excess.starts) } }
      : {}),
  }
}
