/** Questions about a shard's state: has somebody to look at it, and would a look find anything? */

import { DEFAULT_PRIORITY, type JobId, parseSortKey } from '../keys.ts'
import type { ShardLimits } from '../limits/limits.ts'
import type { PassChange } from '../pass/input.ts'
import { RESEND_AFTER_MS } from '../times.ts'
import { isDead, isRunning, type ShardState, type Slot, slotEntries } from './state.ts'

/** Whether the state alone shows that a pass has nothing to do: all slots are taken, and the worker that frees one looks. */
export function isSaturated(state: ShardState, limits: ShardLimits, now: number): boolean {
  const slots = Object.values(state.slots)
  const nothingOverdue = slots.every((slot) => !isDead(slot, now) && !isOverdue(slot, now))
  const past = state.dueAt !== undefined && state.dueAt <= now
  return state.waiting && !hasRoomForWaiting(state, limits) && nothingOverdue && !past && limits.slots > 0
}

/** Jobs wait beside a free slot. */
export const hasRoomForWaiting = (
  { waiting, slots }: Pick<ShardState, 'waiting' | 'slots'>,
  limits: ShardLimits,
): boolean => waiting && Object.keys(slots).length < limits.slots

/**
 * Whether something has arrived that may be better than all that waited. If the shard borrows, it may stand in a line, and has
 * to stand further in front there: others are served meanwhile, although all of its own slots are taken.
 */
export function mayGoFurtherInFront(state: ShardState, arrived: readonly string[]): boolean {
  if (!state.borrowed && !state.borrowedFrom && !state.books) return false
  const worst = Math.max(DEFAULT_PRIORITY, ...Object.values(state.slots).map(({ priority }) => priority))
  return arrived.map(parseSortKey).some((key) => key.ok && key.value.priority < worst)
}

/** Dead slots: their attempts are over, and what became of their jobs is not known. */
export const deadSlots = (state: ShardState, now: number): [JobId, Slot][] =>
  slotEntries(state.slots).filter(([, slot]) => isDead(slot, now))

/** A claim that should have started long ago. */
export const isOverdue = (slot: Slot, now: number): boolean =>
  !isRunning(slot) && slot.sentAt + RESEND_AFTER_MS <= now

/** Whether somebody freed a slot between a pass's reading and its writing, and could not know that jobs would wait. */
export const isSlotFreed = (read: ShardState, { take, drop }: PassChange, written: ShardState): boolean =>
  [
    ...Object.keys(read.slots).filter((id) => !(drop as readonly string[]).includes(id)),
    ...Object.keys(take),
  ].some((id) => !Object.hasOwn(written.slots, id))
