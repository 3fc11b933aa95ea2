/** What a shard uses of its partition's limits. */
import type { JobId } from '../keys.ts'
import type { Units } from '../limits/in-force.ts'
import type { Limits } from '../limits/limits.ts'
import type { Usage } from '../limits/portion.ts'
import { forgottenBuckets, startsInWindow } from '../limits/window.ts'
import { type ShardState, type Slot, slotEntries, startsReserved } from './state.ts'

/** A claim that has not started holds a start, for it may start at any time. */
export function unitsInUse(
  { window }: Pick<ShardState, 'window'>,
  slots: readonly (readonly [JobId, Slot])[],
  { rateLimit }: Limits,
  now: number,
): Units {
  const reserved = startsReserved(slots.map(([, slot]) => slot))
  const starts = rateLimit ? startsInWindow(window, rateLimit, now) + reserved : 0
  return { slots: slots.length, starts }
}

export const unitsOfState = (state: ShardState, limits: Limits, now: number): Units =>
  unitsInUse(state, slotEntries(state.slots), limits, now)

/** What a shard uses when a pass has seen which of its slots stay. */
export const usageOf = (
  state: ShardState,
  staying: readonly (readonly [JobId, Slot])[],
  limits: Limits,
  now: number,
): Usage => ({
  inUse: unitsInUse(state, staying, limits, now),
  freed: {
    slots: Object.keys(state.slots).length - staying.length,
    starts: forgottenBuckets(state.window, limits.rateLimit, now).length,
  },
})
