/** What a shard has borrowed: two notes of it, compared. */
import type { BorrowedFrom, BorrowedUnits } from '../shard/state.ts'
import { RESOURCES } from './books.ts'
import { held } from './limiter.ts'
import type { LimiterName } from './queue-limiter.ts'

/** Whether units go back, which has to be written whatever else there is to write. */
export const isGivenBack = (before: BorrowedUnits, after: BorrowedUnits): boolean =>
  RESOURCES.some((resource) => (after[resource]?.returned ?? 0) > (before[resource]?.returned ?? 0))

/** Whether units have arrived that an earlier note does not show. */
export const hasMore = (now: BorrowedUnits, before: BorrowedUnits = {}): boolean =>
  RESOURCES.some((resource) => held(now[resource]) > held(before[resource]))

/** Whether two notes of what a shard has borrowed say the same. */
export const isSameUnits = (one: BorrowedUnits = {}, other: BorrowedUnits = {}): boolean =>
  RESOURCES.every((resource) => {
    const [a, b] = [one[resource], other[resource]]
    return a?.id === b?.id && a?.got === b?.got && a?.returned === b?.returned
  })

/** The same for what it has of each of its queue's limiters. */
export const isSameFrom = (one: BorrowedFrom = {}, other: BorrowedFrom = {}): boolean =>
  [...namesIn(one), ...namesIn(other)].every((name) => isSameUnits(one[name], other[name]))

export const namesIn = (borrowed: BorrowedFrom): LimiterName[] => Object.keys(borrowed) as LimiterName[]
