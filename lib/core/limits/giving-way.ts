/** To whom a shard that has work of its own leaves its units: to better jobs of others all of them, among equals one at a time. */
import type { Resource } from './books.ts'
import { lackOfPartition, partitionIn, wouldLack } from './guarantee.ts'
import { capOf } from './in-force.ts'
import { jobsOf, lines, type Partition, standingOf, unfilledOf, unitsOfOneJob } from './lending.ts'
import { type Borrower, givesWay } from './limiter.ts'

/**
 * To which shard one that has work of its own gives one of its units: the next in the line, if that has a better priority, or the
 * same and less, or waits for what is guaranteed to its partition. What is guaranteed to its own it keeps, but for its own.
 * @param priority of its own job that would use the unit; absent if nobody knows, or there is none
 */
export function nextToGiveWayTo(
  partition: Partition,
  resource: Resource,
  self: Borrower,
  priority?: number,
): Borrower | undefined {
  const { guaranteed, others } = lines(partition, resource)
  const isOwn = needsOwn(partition, resource, self)
  const mayHave = mayHaveOf(self, isOwn)
  const entitled = guaranteed.find(mayHave)
  if (entitled !== undefined && !isOwn) return entitled
  const next = entitled ?? others.find(mayHave)
  if (next === undefined) return undefined
  const { priority: awaited, jobs } = standingOf(partition, resource, next)
  if (priority !== undefined && priority !== awaited) return awaited < priority ? next : undefined
  return givesWay(jobsOf(partition, resource, self), jobs) ? next : undefined
}

/** Whom it may give a unit: anybody, or only those of its own partition. */
const mayHaveOf =
  (self: Borrower, isOwn: boolean) =>
  (borrower: Borrower): boolean =>
    borrower !== self && (!isOwn || partitionIn(borrower) === partitionIn(self))

/**
 * How many of its jobs a shard may start before those that wait: none of a worse priority than one of those. What is guaranteed to
 * its partition is no business of others.
 */
export function jobsThatGoFirst(partition: Partition, resource: Resource, self: Borrower): number {
  const { waiting = [] } = partition
  const { guaranteed, others } = lines(partition, resource)
  const mayHave = mayHaveOf(self, needsOwn(partition, resource, self))
  const awaited = [guaranteed, others].flatMap((line) => line.find(mayHave) ?? [])
  const best = Math.min(...awaited.map((name) => standingOf(partition, resource, name).priority))
  const worse = waiting.findIndex((priority) => priority > best)
  if (worse === -1) return Number.POSITIVE_INFINITY
  const lacking = lackOfPartition(unfilledOf(partition, resource), self)
  return Math.max(worse, Math.floor(lacking / unitsOfOneJob(partition, resource, self)))
}

function needsOwn(partition: Partition, resource: Resource, self: Borrower): boolean {
  const { guaranteed, limits, books } = partition
  if (!guaranteed || resource !== 'slots') return false
  const units = unitsOfOneJob(partition, resource, self)
  return wouldLack(guaranteed, capOf(limits, resource), books[resource], { borrower: self, units })
}
