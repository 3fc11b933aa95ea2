/** Which shard has how much of its partition's limits, and which is next: the decisions of lending, without its writes. */
import type { Books, Resource } from './books.ts'
import {
  afterGetting,
  freeAmong,
  freeBeyond,
  type Guaranteed,
  lackOfPartition,
  NOTHING_UNFILLED,
  partitionIn,
  type Unfilled,
  unfilledIn,
  wouldLack,
} from './guarantee.ts'
import { capOf, type Units } from './in-force.ts'
import { type Borrower, givesWay, lentOut, outstanding } from './limiter.ts'
import type { Limits } from './limits.ts'

/** The name of the plain shard in its own line. It borrows from nobody: what it uses is simply not lent. */
export const PLAIN: Borrower = 'plain'

/** A partition's limits, and which shard has what of them. */
export interface Partition {
  /** In force for the whole partition. */
  readonly limits: Limits
  readonly books: Books
  /** What the plain shard uses itself. */
  readonly ownUse: Units
  /** How many slots of the limiter a job of a shard uses. Absent where each uses one. */
  readonly weightOf?: (borrower: Borrower) => number
  /** How many jobs of a shard its own partition lets run, as far as the configuration says. Absent where nobody knows. */
  readonly mostJobsOf?: (borrower: Borrower) => number
  /** What partitions are guaranteed of its slots. Absent where none is. */
  readonly guaranteed?: Guaranteed
  /** How many units other chunks may have for it, and whether one of them gets its next: see `chunk.ts`. */
  readonly elsewhere?: number
  readonly isOwed?: boolean
}

/** How many units of a thing one job of a shard uses: they are lent together, or not at all. */
export const unitsOfOneJob = ({ weightOf }: Partition, resource: Resource, borrower: Borrower): number =>
  (resource === 'slots' ? weightOf?.(borrower) : undefined) ?? 1

/** Units that no shard has. Below 0 if a limit was lowered, until so many have come back. */
export const freeUnits = ({ limits, books, ownUse }: Partition, resource: Resource): number =>
  capOf(limits, resource) - lentOut(books[resource]) - ownUse[resource]

export const unitsOf = ({ books, ownUse }: Partition, resource: Resource, borrower: Borrower): number =>
  borrower === PLAIN ? ownUse[resource] : outstanding(books[resource].loans[borrower])

/** For how many jobs a shard has units. */
export const jobsOf = (partition: Partition, resource: Resource, borrower: Borrower): number =>
  unitsOf(partition, resource, borrower) / unitsOfOneJob(partition, resource, borrower)

/** What partitions lack of what is guaranteed to them. */
export const unfilledOf = ({ guaranteed, limits, books }: Partition, resource: Resource): Unfilled =>
  guaranteed && resource === 'slots'
    ? unfilledIn(guaranteed, capOf(limits, resource), books[resource])
    : NOTHING_UNFILLED

/** Free units that are not kept for others than this shard, and what other chunks may have. */
export const freeFor = (partition: Partition, resource: Resource, self: Borrower): number =>
  freeAmong(freeUnits(partition, resource), unfilledOf(partition, resource), self) +
  (partition.elsewhere ?? 0)

/** The shards in the line by what they have: the one that has least, and among equals the one that has waited longest. */
const lineByUnits = (partition: Partition, resource: Resource): Borrower[] =>
  Object.entries(partition.books[resource].line)
    // A job that weighs more than there is cannot run, and must not keep the others from it.
    .filter(([borrower]) => unitsOfOneJob(partition, resource, borrower) <= capOf(partition.limits, resource))
    .map(([borrower, turn]) => ({ borrower, turn, jobs: jobsOf(partition, resource, borrower) }))
    .sort((one, other) => one.jobs - other.jobs || one.turn - other.turn)
    .map(({ borrower }) => borrower)

interface Line {
  /** Those that wait for what is guaranteed to their partitions: so many of each as it lacks units. */
  readonly guaranteed: readonly Borrower[]
  readonly others: readonly Borrower[]
}

function lines(partition: Partition, resource: Resource): Line {
  const line = lineByUnits(partition, resource)
  let unfilled = unfilledOf(partition, resource)
  if (unfilled.size === 0) return { guaranteed: [], others: line }
  const guaranteed = line.filter((borrower) => {
    const units = unitsOfOneJob(partition, resource, borrower)
    if (lackOfPartition(unfilled, borrower) < units) return false
    unfilled = afterGetting(unfilled, borrower, units)
    return true
  })
  return { guaranteed, others: line.filter((borrower) => !guaranteed.includes(borrower)) }
}

/** The shards in the line, the next one first: those whose partitions lack what is guaranteed to them, and then the others. */
export function lineOf(partition: Partition, resource: Resource): Borrower[] {
  const { guaranteed, others } = lines(partition, resource)
  return [...guaranteed, ...others]
}

/** Free units are for the shards that wait; one that comes anew, or has more, may have only what none waits for. */
export const mayBorrow = (partition: Partition, resource: Resource, self: Borrower): boolean =>
  isBefore(partition, resource, self, lineOf(partition, resource)[0])

function isBefore(
  partition: Partition,
  resource: Resource,
  self: Borrower,
  first: Borrower | undefined,
): boolean {
  if (first === undefined || first === self) return true
  return jobsOf(partition, resource, self) < jobsOf(partition, resource, first)
}

/** How many free units a shard may borrow now. What is guaranteed to its partition is no business of those that wait for more. */
export function unitsToBorrow(partition: Partition, resource: Resource, self: Borrower): number {
  const free = freeUnits(partition, resource)
  const unfilled = unfilledOf(partition, resource)
  if (unfilled.size === 0) return mayBorrow(partition, resource, self) ? free : 0
  const line = lines(partition, resource)
  const own = partitionIn(self)
  const mate = line.guaranteed.find((borrower) => partitionIn(borrower) === own)
  const isNext = isBefore(partition, resource, self, mate)
  const entitled = isNext ? Math.min(free, lackOfPartition(unfilled, self)) : 0
  if (!isBefore(partition, resource, self, line.others[0])) return entitled
  return Math.max(entitled, isNext ? freeAmong(free, unfilled, self) : freeBeyond(free, unfilled))
}

/**
 * To which shard one that has work of its own gives one of its units: the next in the line, if that has less, or waits for what
 * is guaranteed to its partition. What is guaranteed to its own it keeps, but for its own.
 */
export function nextToGiveWayTo(
  partition: Partition,
  resource: Resource,
  self: Borrower,
): Borrower | undefined {
  const { guaranteed, others } = lines(partition, resource)
  const isOwn = needsOwn(partition, resource, self)
  const mayHave = (borrower: Borrower) =>
    borrower !== self && (!isOwn || partitionIn(borrower) === partitionIn(self))
  const entitled = guaranteed.find(mayHave)
  if (entitled !== undefined && !isOwn) return entitled
  const next = entitled ?? others.find(mayHave)
  if (next === undefined) return undefined
  return givesWay(jobsOf(partition, resource, self), jobsOf(partition, resource, next)) ? next : undefined
}

function needsOwn(partition: Partition, resource: Resource, self: Borrower): boolean {
  const { guaranteed, limits, books } = partition
  if (!guaranteed || resource !== 'slots') return false
  const units = unitsOfOneJob(partition, resource, self)
  return wouldLack(guaranteed, capOf(limits, resource), books[resource], { borrower: self, units })
}
