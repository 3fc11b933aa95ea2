/**
 * A total's or a pool's line has an end: its item holds 400 KB, and each write of it costs by its size. A shard that finds the
 * line full does not enter, and looks again by itself: the more often, the less its job has waited.
 */

import { DEFAULT_PRIORITY } from '../keys.ts'
import { LINE_LOOK_LATEST_MS, LINE_LOOK_SOONEST_MS } from '../times.ts'
import { capOf } from './in-force.ts'
import { lineOf, unitsOfOneJob } from './lending.ts'
import { type Place, priorityIn } from './place.ts'
import type { Portion } from './portion.ts'

/** Some 14 KB. Shards that see room simultaneously all enter, so it may become longer by as many, and those with better jobs do. */
export const LONGEST_LINE = 200

/** A shard whose jobs weigh more than there is waits for another limit, and takes nobody's place. */
export function isKeptOut(portion: Portion): boolean {
  const { books, self, limits, givesIdleBack, waiting, longestLine = LONGEST_LINE } = portion
  const { line } = books.slots
  if (!givesIdleBack || line[self] !== undefined) return false
  const own = waiting?.[0] ?? DEFAULT_PRIORITY
  const isBefore = (place: Place | undefined) => place !== undefined && priorityIn(place) <= own
  const all = Object.values(line).filter(isBefore).length
  if (all < longestLine) return false
  const isTooHeavy = unitsOfOneJob(portion, 'slots', self) > capOf(limits, 'slots')
  const able = lineOf(portion, 'slots').filter((borrower) => isBefore(line[borrower]))
  return isTooHeavy || able.length >= longestLine
}

/** In a quarter of the time that the job has waited, give or take a half, so that those that were kept out spread. */
export function lineLook(waited_ms: number, random: number): number {
  const mean_ms = Math.min(LINE_LOOK_LATEST_MS, Math.max(LINE_LOOK_SOONEST_MS, waited_ms / 4))
  return Math.round(mean_ms * (0.5 + random))
}
