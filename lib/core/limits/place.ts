/**
 * A place in a line: the priority of the shard's first job that waits, and its turn. Both stand in one number. That of the
 * default priority is the turn alone, as it always was; any other is a span further on. So a function of an earlier version
 * takes a place for a late turn, and neither refuses the item nor forgets the place.
 */
import { DEFAULT_PRIORITY } from '../keys.ts'

/** A place as it stands in books. */
export type Place = number

/** More turns than a line ever has before it is empty once. Nine spans are less than what an item may hold. */
const SPAN = 1e11

/** 0 to 4 stand in the spans 1 to 5, and 6 to 9 in those with their numbers. */
const spanOf = (priority: number): number =>
  priority === DEFAULT_PRIORITY ? 0 : priority < DEFAULT_PRIORITY ? priority + 1 : priority

export const placeAt = (priority: number, turn: number): Place => spanOf(priority) * SPAN + turn

/** 0 goes first, 9 last. */
export function priorityIn(place: Place): number {
  const span = Math.floor(place / SPAN)
  if (span === 0) return DEFAULT_PRIORITY
  return span <= DEFAULT_PRIORITY ? span - 1 : span
}

/** The smallest goes first, among places of one priority. */
export const turnIn = (place: Place): number => place % SPAN
