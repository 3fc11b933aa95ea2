/** Which shard has how much of its partition's limits, and which is next: the decisions of lending, without its writes. */
import type { Books, Resource } from './books.ts'
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

/** The shards in the line, the next one first: the one that has least, and among equals the one that has waited longest. */
export const lineOf = (partition: Partition, resource: Resource): Borrower[] =>
  Object.entries(partition.books[resource].line)
    // A job that weighs more than there is cannot run, and must not keep the others from it.
    .filter(([borrower]) => unitsOfOneJob(partition, resource, borrower) <= capOf(partition.limits, resource))
    .map(([borrower, turn]) => ({ borrower, turn, jobs: jobsOf(partition, resource, borrower) }))
    .sort((one, other) => one.jobs - other.jobs || one.turn - other.turn)
    .map(({ borrower }) => borrower)

/** Free units are for the shards that wait; one that comes anew, or has more, may have only what none waits for. */
export function mayBorrow(partition: Partition, resource: Resource, self: Borrower): boolean {
  const [first] = lineOf(partition, resource)
  if (first === undefined || first === self) return true
  return jobsOf(partition, resource, self) < jobsOf(partition, resource, first)
}

/** To which shard one that has work of its own gives one of its units: the next in the line, if that has less. */
export function nextToGiveWayTo(
  partition: Partition,
  resource: Resource,
  self: Borrower,
): Borrower | undefined {
  const next = lineOf(partition, resource).find((borrower) => borrower !== self)
  if (next === undefined) return undefined
  return givesWay(jobsOf(partition, resource, self), jobsOf(partition, resource, next)) ? next : undefined
}
