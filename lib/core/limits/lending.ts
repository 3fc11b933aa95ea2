/** Which shard has how much of its partition's limits, and which is next: the decisions of lending, without its writes. */
import { DEFAULT_PRIORITY } from '../keys.ts'
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
} from './guarantee.ts'
import { capOf, type Units } from './in-force.ts'
import { type Borrower, lentOut, outstanding } from './limiter.ts'
import type { Limits } from './limits.ts'
import { priorityIn, turnIn } from './place.ts'

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
  /** Whether the configuration does not know a shard, or does not cover it. Absent where none of the line can be one. */
  readonly isStranger?: (borrower: Borrower) => boolean
  /** What partitions are guaranteed of its slots. Absent where none is. */
  readonly guaranteed?: Guaranteed
  /** How many units other chunks may have for it, and whether one of them gets its next: see `chunk.ts`. */
  readonly elsewhere?: number
  readonly isOwed?: boolean
  /** The priorities of the jobs that the shard that asks could start, in their order. Absent before it has read them. */
  readonly waiting?: readonly number[]
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

/**
 * The shards in the line: by the priority of the job that waits, then by what they have, the one that has least first, and among
 * equals the one that has waited longest.
 */
const sortedLine = (partition: Partition, resource: Resource): Borrower[] =>
  Object.entries(partition.books[resource].line)
    // A job that weighs more than there is cannot run, and must not keep the others from it.
    .filter(([borrower]) => unitsOfOneJob(partition, resource, borrower) <= capOf(partition.limits, resource))
    .map(([borrower]) => ({ borrower, ...standingOf(partition, resource, borrower) }))
    .sort(inOrder)
    .map(({ borrower }) => borrower)

interface Standing {
  readonly priority: number
  readonly jobs: number
  readonly turn: number
}

/** Behind all others, for nobody looks after its jobs: it would keep those of worse priority waiting until its queue comes back. */
const PRIORITY_OF_STRANGERS = 10

/** One that does not stand in the line comes behind its equals. */
export function standingOf(partition: Partition, resource: Resource, borrower: Borrower): Standing {
  const place = partition.books[resource].line[borrower]
  const jobs = jobsOf(partition, resource, borrower)
  if (place === undefined) return { priority: DEFAULT_PRIORITY, jobs, turn: Number.POSITIVE_INFINITY }
  const priority = partition.isStranger?.(borrower) ? PRIORITY_OF_STRANGERS : priorityIn(place)
  return { priority, jobs, turn: turnIn(place) }
}

const inOrder = (one: Standing, other: Standing): number =>
  one.priority - other.priority || one.jobs - other.jobs || one.turn - other.turn

export interface Line {
  /** Those that wait for what is guaranteed to their partitions: so many of each as it lacks units. */
  readonly guaranteed: readonly Borrower[]
  readonly others: readonly Borrower[]
}

export function lines(partition: Partition, resource: Resource): Line {
  const line = sortedLine(partition, resource)
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
  isBefore(partition, resource, self, lineOf(partition, resource))

/** Whether a shard is served before all others of a part of the line. It may not have come to stand there yet. */
function isBefore(
  partition: Partition,
  resource: Resource,
  self: Borrower,
  line: readonly Borrower[],
): boolean {
  const first = line.find((borrower) => borrower !== self)
  if (first === undefined) return true
  const own = standingOf(partition, resource, self)
  const other = standingOf(partition, resource, first)
  // Before its jobs have been read it counts by its place, and without one as an equal.
  const priority = partition.waiting?.[0] ?? (Number.isFinite(own.turn) ? own.priority : other.priority)
  return inOrder({ ...own, priority }, other) < 0
}

/** How many free units a shard may borrow now. What is guaranteed to its partition is no business of those that wait for more. */
export function unitsToBorrow(partition: Partition, resource: Resource, self: Borrower): number {
  const free = freeUnits(partition, resource)
  const unfilled = unfilledOf(partition, resource)
  if (unfilled.size === 0) return mayBorrow(partition, resource, self) ? free : 0
  const line = lines(partition, resource)
  const own = partitionIn(self)
  const mates = line.guaranteed.filter((borrower) => partitionIn(borrower) === own)
  const isNext = isBefore(partition, resource, self, mates)
  const entitled = isNext ? Math.min(free, lackOfPartition(unfilled, self)) : 0
  if (!isBefore(partition, resource, self, line.others)) return entitled
  return Math.max(entitled, isNext ? freeAmong(free, unfilled, self) : freeBeyond(free, unfilled))
}
