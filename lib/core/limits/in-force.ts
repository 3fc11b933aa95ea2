/**
 * The limits that hold now, as one pipeline: configured → derived from an app's rate → set for all partitions of the queue → set for this one → paused, or
 * slowed down → what a shard has of them. The only place where a limit becomes a number to obey.
 */

import type { ShardState } from '../shard/state.ts'
import { isDerivedHere } from './app-rate.ts'
import type { Resource } from './books.ts'
import { applyOverride, type Limits, mostSlots, type ShardLimits } from './limits.ts'

/** A number for each thing that is counted. */
export type Units = Readonly<Record<Resource, number>>
export const NO_UNITS: Units = { slots: 0, starts: 0 }

/** A limit that makes no sense pauses, lest more runs than was meant. */
const PAUSED: Limits = { concurrency: 0 }

/** What the plain shard's item says of the partition's limits. */
type Owner = Pick<ShardState, 'override' | 'overrideProblem' | 'slowed' | 'derived'>

/** What the whole partition may do. */
export const limitsInForce = (
  configured: Limits,
  { override, overrideProblem, slowed, derived }: Owner,
  now: number,
): Limits => ({
  ...(overrideProblem === undefined && !override?.paused && !isQueueStopped(configured)
    ? byCost(configured, applyOverride(ofItsQueue(configured, derived), override))
    : PAUSED),
  ...(slowed && slowed.until > now ? { slowedUntil: slowed.until } : {}),
})

const isQueueStopped = ({ queuePaused, queueLimits }: Limits): boolean =>
  queuePaused !== undefined || queueLimits?.problem !== undefined

/** What a partition has for which nothing is set. */
const ofItsQueue = (configured: Limits, derived: Owner['derived']): Limits =>
  applyOverride(derivedFrom(configured, derived), configured.queueLimits)

/** A rate that counts what jobs cost is not lent: units of it would have to come together for one job, from many shards. */
function byCost({ costs }: Limits, { rateLimit, ...limits }: Limits): Limits {
  if (!rateLimit) return limits
  return costs ? { ...limits, costRate: rateLimit } : { ...limits, rateLimit }
}

/** The number that the partition keeps. Nothing is claimed by any other: see `derive.ts`. */
function derivedFrom(configured: Limits, derived: Owner['derived']): Limits {
  const { derivation } = configured
  const isKept = derived !== undefined && derivation !== undefined && isDerivedHere(derivation, derived)
  return isKept ? { ...configured, concurrency: derived.concurrency } : configured
}

/** How many units of a thing there are; infinitely many if it is not limited. */
export function capOf(limits: Limits, resource: Resource): number {
  if (isPaused(limits)) return 0
  return (resource === 'slots' ? limits.concurrency : limits.rateLimit?.allowed) ?? Number.POSITIVE_INFINITY
}

/** Whether a thing is counted. Slots always are, so that the plain shard knows who has to hear of a limit that is set. */
export const isMetered = ({ rateLimit }: Limits, resource: Resource): boolean =>
  resource === 'slots' || rateLimit !== undefined

const isPaused = ({ concurrency, rateLimit, costRate }: Limits): boolean =>
  concurrency === 0 || rateLimit?.allowed === 0 || costRate?.allowed === 0

/** What a shard may do with the units that it has. Without a start to make it has no use for a slot. */
export function limitsWithin(limits: Limits, units: Units): ShardLimits {
  const { rateLimit, costRate, slowedUntil, batch } = limits
  const allowed = rateLimit && Math.max(0, Math.min(rateLimit.allowed, units.starts))
  const slots = Math.max(0, Math.min(mostSlots(limits), units.slots))
  return {
    slots: allowed === 0 || isPaused(limits) || slowedUntil !== undefined ? 0 : slots,
    ...(rateLimit && allowed !== undefined ? { rateLimit: { ...rateLimit, allowed } } : {}),
    ...(costRate ? { costRate } : {}),
    ...(isPaused(limits) ? { isPaused: true } : {}),
    ...(slowedUntil === undefined ? {} : { slowedUntil }),
    ...(batch ? { batch } : {}),
  }
}

/** A state item with so many slots has 1 KB, and each write of it costs one unit. */
export const SLOTS_OF_A_SMALL_ITEM = 8

/**
 * The most that one shard has: all that there is, but no more than its item holds well.
 * @param shards over how many its partition is spread: without a limit many have little each, and if there is one, its lanes have none beside them
 */
export function mostUnits(limits: Limits, resource: Resource, ofOneJob = 1, shards?: number): number {
  const cap = capOf(limits, resource)
  if (resource === 'starts') return cap
  const isSmall = !Number.isFinite(cap) && shards !== 1
  return isSmall ? SLOTS_OF_A_SMALL_ITEM : Math.min(mostSlots(limits) * ofOneJob, cap)
}
