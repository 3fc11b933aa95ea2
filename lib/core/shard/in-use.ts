/** What a shard uses of its partition's limits. */
import type { JobId } from '../keys.ts'
import { booksOf, type Resource } from '../limits/books.ts'
import { capOf, type Units } from '../limits/in-force.ts'
import { lentOut } from '../limits/limiter.ts'
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

/**
 * What a partition's plain shard uses of its own limits, and what it keeps for its next job, as far as that is not lent: a limit may have
 * been lowered since.
 */
export function unitsOfOwner(owner: ShardState, limits: Limits, now: number): Units {
  const used = unitsOfState(owner, limits, now)
  if (!owner.keepsNext || !owner.waiting) return used
  const books = booksOf(owner)
  const kept = (resource: Resource) =>
    Math.max(0, Math.min(1, capOf(limits, resource) - lentOut(books[resource]) - used[resource]))
  return {
    slots: used.slots + (owner.keepsNext === 'start' ? 0 : kept('slots')),
    starts: used.starts + kept('starts'),
  }
}

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
