/** Whom a sweep wakes: shards that somebody should have looked at long ago, and those that nobody is going to look at. */

import { parseSortKey } from '../keys.ts'
import type { ShardLimits } from '../limits/limits.ts'
import { LATE_MS, SOON_MS } from '../times.ts'
import { hasRoomForWaiting, isOverdue } from './attention.ts'
import { closedSpans, isWithin } from './closed.ts'
import { mayExpire } from './expiry.ts'
import { jobsInFlight } from './in-flight.ts'
import type { SeenShard } from './seen-shards.ts'
import { isDead, type ShardGlance, slotEntries, sortKeyOf } from './state.ts'

/** By its state item alone. */
export function isLeftBehind(state: ShardGlance, limits: ShardLimits, now: number): boolean {
  const slots = Object.values(state.slots)
  const overdue = state.dueAt !== undefined && state.dueAt + LATE_MS <= now
  const room = hasRoomForWaiting(state, limits)
  // An override that somebody wrote by hand would go with the idle item: a pass makes the item stay.
  const expires = state.expiresAt !== undefined && !mayExpire(state)
  return overdue || room || expires || slots.some((slot) => isDead(slot, now) || isOverdue(slot, now))
}

/**
 * Whether somebody will look at these jobs without being woken. Jobs that are neither in flight nor spoken of by the
 * state item are unknown to everybody: the message of their arrival was lost.
 */
export function isLookedAfter(
  { keys, whole }: SeenShard,
  state: ShardGlance | undefined,
  limits: ShardLimits,
  now: number,
): boolean {
  if (!state) return false
  const slots = jobsInFlight(slotEntries(state.slots))
  // Whoever frees a slot looks; and if nothing may run at all, whoever lifts the limit.
  const paused = limits.slots === 0
  const inFlight = new Set<string>(slots.map(sortKeyOf))
  const closed = state.waitingAmid ? [] : closedSpans(slots)
  const isHidden = (key: string): boolean => isWithin(closed, key) && !inFlight.has(key)
  if (state.waiting && (slots.length > 0 || paused)) return !keys.some(isHidden)
  const { dueAt = 0 } = state
  // Whatever has come, it waits for the same moment.
  if (limits.slowedUntil !== undefined && now < dueAt && dueAt <= limits.slowedUntil) return true
  const isSoon = now < dueAt && dueAt <= now + SOON_MS
  // The pass at `dueAt` reads all that is due by then; what is no key of a job no pass ever reads.
  const isCovered = (key: string): boolean => {
    const position = parseSortKey(key)
    return position.ok && now < dueAt && (isSoon || dueAt <= position.value.runAt)
  }
  return (whole || isSoon) && keys.every((key) => inFlight.has(key) || isCovered(key))
}
