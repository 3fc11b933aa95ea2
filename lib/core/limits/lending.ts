/** Who of a partition's shards has how much of its limits, and who is next: the decisions of lending, without its writes. */
import type { Books, Resource } from './books.ts'
import { capOf, type Units } from './in-force.ts'
import { type Borrower, givesWay, lentOut, outstanding } from './limiter.ts'
import type { Limits } from './limits.ts'

/** The name of the plain shard in its own line. It borrows from nobody: what it uses is simply not lent. */
export const PLAIN: Borrower = 'plain'

/** A partition's limits, and who has what of them. */
export interface Partition {
  /** In force for the whole partition. */
  readonly limits: Limits
  readonly books: Books
  /** What the plain shard uses itself. */
  readonly ownUse: Units
}

/** Units that nobody has. Below 0 if a limit was lowered, until so many have come back. */
export const freeUnits = ({ limits, books, ownUse }: Partition, resource: Resource): number =>
  capOf(limits, resource) - lentOut(books[resource]) - ownUse[resource]

export const unitsOf = ({ books, ownUse }: Partition, resource: Resource, borrower: Borrower): number =>
  borrower === PLAIN ? ownUse[resource] : outstanding(books[resource].loans[borrower])

/** Those in the line, whoever is next first: who has least, and among equals who has waited longest. */
export const lineOf = (partition: Partition, resource: Resource): Borrower[] =>
  Object.entries(partition.books[resource].line)
    .map(([borrower, turn]) => ({ borrower, turn, units: unitsOf(partition, resource, borrower) }))
    .sort((one, other) => one.units - other.units || one.turn - other.turn)
    .map(({ borrower }) => borrower)

/** Free units are for those who wait; who comes anew, or has more, may have only what nobody waits for. */
export function mayBorrow(partition: Partition, resource: Resource, self: Borrower): boolean {
  const [first] = lineOf(partition, resource)
  if (first === undefined || first === self) return true
  return unitsOf(partition, resource, self) < unitsOf(partition, resource, first)
}

/** To whom a shard that has work of its own gives one of its units: the next in the line, if that has less. */
export function nextToGiveWayTo(
  partition: Partition,
  resource: Resource,
  self: Borrower,
): Borrower | undefined {
  const next = lineOf(partition, resource).find((borrower) => borrower !== self)
  if (next === undefined) return undefined
  const units = unitsOf(partition, resource, self)
  return givesWay(units, unitsOf(partition, resource, next)) ? next : undefined
}
