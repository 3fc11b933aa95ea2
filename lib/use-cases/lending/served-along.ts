/** Shards that a visit has served at one limiter, for the others that cover them. */
import type { Along } from '../../core/limits/along.ts'
import { jobsOf } from '../../core/limits/lending.ts'
import { priorityIn } from '../../core/limits/place.ts'
import type { Context } from '../context.ts'
import { isStranger } from './account.ts'
import type { Capacity } from './capacity.ts'
import type { Following } from './served.ts'
import type { Settled } from './settle.ts'

/** @param before with the line in which they stood */
export function servedBy(before: Capacity, { served, after }: Settled): readonly Following[] {
  // A partition's books name its shards otherwise, and none of another partition.
  if (!before.limiter || !after) return []
  const { line } = before.books.slots
  return [...served].flatMap(([borrower, seen]) => {
    const place = line[borrower]
    const jobs = jobsOf(after, 'slots', borrower)
    return place === undefined ? [] : [{ borrower, jobs, priority: priorityIn(place), state: seen?.state }]
  })
}

/** Of a divided limiter nobody but the shard itself knows at which chunk it borrows. */
export const isCoveredBy =
  (context: Pick<Context, 'config'>, capacity: Capacity) =>
  ({ borrower }: Along): boolean =>
    capacity.limiter !== undefined && !capacity.chunk && !isStranger(context, capacity, borrower)
