/**
 * What partitions are guaranteed of a total: the first units of each always find a place, for as many as it lacks of them stay
 * free, whatever the others would use. It is a rule of who may borrow, and of nothing else: what is lent never exceeds the
 * total by it, and a partition of several shards needs no share for each.
 */
import { parseShard } from '../keys.ts'
import { decodePartition } from '../text/partition-value.ts'
import { type Borrower, type Limiter, outstanding } from './limiter.ts'

export interface Guaranteed {
  /** How many units, by the partition as it stands in keys. */
  readonly units: Readonly<Record<string, number>>
  /** Of how many in all, as configured. */
  readonly total: number
}

/** How many units each partition lacks of what is guaranteed to it. Those that lack none are absent. */
export type Unfilled = ReadonlyMap<string, number>

export const NOTHING_UNFILLED: Unfilled = new Map()

export function partitionIn(borrower: Borrower): string {
  const shard = parseShard(borrower)
  return (shard.ok ? shard.value.partition : undefined) ?? ''
}

/**
 * What of its units each partition keeps. A limit that was lowered at run time lowers guarantees in the same proportion: so what was
 * left to all others is still left to them, and nobody has to wait until those that are guaranteed have used it. The first unit of
 * each, and the first of the others, come before that. Where not even these fit nothing is kept, and each has its turn.
 */
function inForce({ units, total }: Guaranteed, cap: number): (units: number) => number {
  const all = Object.values(units)
  const isLeftToOthers = all.reduce((sum, own) => sum + own, 0) < total
  const first = all.length + (isLeftToOthers ? 1 : 0)
  if (cap >= total) return (own) => own
  if (cap < first) return () => 0
  return (own) => 1 + Math.floor(((own - 1) * (cap - first)) / (total - first))
}

const unitsOfPartition = ({ loans }: Limiter, partition: string): number =>
  Object.entries(loans)
    .filter(([borrower]) => partitionIn(borrower) === partition)
    .reduce((sum, [, loan]) => sum + outstanding(loan), 0)

/** @param cap how many units there are now */
export function unfilledIn(guaranteed: Guaranteed, cap: number, limiter: Limiter): Unfilled {
  const keeps = inForce(guaranteed, cap)
  return new Map(
    Object.entries(guaranteed.units)
      .map(([name, own]) => [name, keeps(own) - unitsOfPartition(limiter, name)] as const)
      .filter(([, lacking]) => lacking > 0),
  )
}

/** Whether the partition of a shard that gives up so many units lacks some of what is guaranteed to it then. */
export function wouldLack(
  guaranteed: Guaranteed,
  cap: number,
  limiter: Limiter,
  giver: { readonly borrower: Borrower; readonly units: number },
): boolean {
  const partition = partitionIn(giver.borrower)
  const own = Object.hasOwn(guaranteed.units, partition) ? (guaranteed.units[partition] ?? 0) : 0
  return own > 0 && unitsOfPartition(limiter, partition) - giver.units < inForce(guaranteed, cap)(own)
}

export const isGuaranteedAny = (guaranteed: Guaranteed | undefined, borrower: Borrower): boolean =>
  guaranteed !== undefined && Object.hasOwn(guaranteed.units, partitionIn(borrower))

export const lackOfPartition = (unfilled: Unfilled, borrower: Borrower): number =>
  unfilled.size === 0 ? 0 : (unfilled.get(partitionIn(borrower)) ?? 0)

const sumOf = (unfilled: Unfilled): number => [...unfilled.values()].reduce((sum, units) => sum + units, 0)

/**
 * How many of the free units are for a shard: any that its partition is guaranteed, and beyond that those that are kept for
 * nobody else. If fewer are free than are guaranteed, for others had them before, the first that comes gets them.
 */
export function freeAmong(free: number, unfilled: Unfilled, borrower: Borrower): number {
  const own = lackOfPartition(unfilled, borrower)
  return Math.max(Math.min(free, own), free - (sumOf(unfilled) - own))
}

/** How many are free beyond all that is guaranteed. */
export const freeBeyond = (free: number, unfilled: Unfilled): number => free - sumOf(unfilled)

/** What is lacking when a shard has got units. */
export function afterGetting(unfilled: Unfilled, borrower: Borrower, units: number): Unfilled {
  const partition = partitionIn(borrower)
  const lacking = unfilled.get(partition)
  if (lacking === undefined) return unfilled
  return new Map([...unfilled, [partition, Math.max(0, lacking - units)]])
}

/** Units by the partition as people write it. */
export type Kept = Readonly<Record<string, number>>

/** What is kept for other partitions than a shard's own, as people see it. */
export const keptForOthers = (unfilled: Unfilled, borrower: Borrower | undefined): Kept => {
  const own = borrower === undefined ? undefined : partitionIn(borrower)
  return byPartition([...unfilled].filter(([partition]) => partition !== own))
}

/** By their names as people know them. */
export const byPartition = (units: readonly (readonly [string, number])[]): Kept =>
  Object.fromEntries(units.map(([partition, units]) => [decodePartition(partition), units]))

/** @example keptText({ acme: 10 }) // ', 10 kept for acme' */
export const keptText = (kept: Kept = {}): string =>
  Object.entries(kept)
    .map(([partition, units]) => `, ${units} kept for ${partition}`)
    .join('')
