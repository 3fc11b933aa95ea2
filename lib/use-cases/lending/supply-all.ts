/**
 * Gets a shard what its next jobs need of all that limits them: first of its partition, and then of each limiter of its queue
 * for as many jobs as all before can start. All shards borrow in the same order, so none waits for what another keeps that waits for it.
 */
import { earliest } from '../../core/earliest.ts'
import { jobsAtMost, jobsIn } from '../../core/limits/gates.ts'
import { limitsWithin } from '../../core/limits/in-force.ts'
import { held } from '../../core/limits/limiter.ts'
import { mayUse, type Usage } from '../../core/limits/portion.ts'
import { roomFor, separateTwins } from '../../core/pass/room.ts'
import type { Context } from '../context.ts'
import { usageIn } from './account.ts'
import { cover } from './borrow.ts'
import type { Capacities, Capacity } from './capacity.ts'
import type { Collected } from './collect.ts'
import { type Demand, supply } from './supply.ts'

export interface Supplied extends Omit<Collected, 'capacity'> {
  readonly capacities: Capacities
}

/** What the shard has then, which may be less than it could use. `'stale'`: all has to be read again. */
export async function supplyAll(
  context: Context,
  capacities: Capacities,
  demand: Demand,
): Promise<Supplied | 'stale'> {
  const waiting = separateTwins(demand.due, demand.staying).candidates.map(({ priority }) => priority)
  const [partition, ...limiters] = capacities
  const first = await supply(context, { ...partition, waiting }, demand)
  if (first === 'stale') return 'stale'
  let ready = Math.min(
    readyWithin(context, first.capacity, demand),
    // What others can never let start takes nothing of those before them.
    ...limiters.map((limiter) => jobsAtMost(limiter, usageOfDemand(context, limiter, demand))),
  )
  let supplied: Supplied = { ...first, capacities: [first.capacity] }
  for (const limiter of limiters) {
    const next = await supplyOne(context, { ...limiter, waiting }, { ...demand, ready })
    if (next === 'stale') return 'stale'
    supplied = joined(supplied, next)
    ready = Math.min(ready, jobsLeft(next.capacity, usageOfDemand(context, next.capacity, demand)))
  }
  return supplied
}

/** What runs already uses units, even if it was claimed before the limiter covered it, or took fewer. */
async function supplyOne(context: Context, limiter: Capacity, demand: Demand): Promise<Collected | 'stale'> {
  const { inUse } = usageOfDemand(context, limiter, demand)
  const uncovered = inUse.slots - held(limiter.borrowed.slots)
  const covered = uncovered > 0 ? await cover(context, limiter, uncovered) : limiter
  return covered === 'stale' ? 'stale' : supply(context, covered, demand)
}

const usageOfDemand = ({ clock }: Context, capacity: Capacity, { state, staying }: Demand): Usage =>
  usageIn(capacity, state, staying, clock.now())

const joined = ({ capacities, ...known }: Supplied, { capacity, ...next }: Collected): Supplied => {
  const spareAt = earliest(known.spareAt, next.spareAt)
  return {
    capacities: [...capacities, capacity],
    ...(known.mayGetMore || next.mayGetMore ? { mayGetMore: true } : {}),
    ...(spareAt === undefined ? {} : { spareAt }),
  }
}

/** How many jobs the partition lets start. */
function readyWithin({ clock }: Context, partition: Capacity, { state, staying, due }: Demand): number {
  const now = clock.now()
  const { limits } = partition
  const units = mayUse(partition, usageIn(partition, state, staying, now))
  const room = roomFor(staying, { state, limits: limitsWithin(limits, units), now })
  return Math.min(room.starts.length, separateTwins(due, staying).candidates.length)
}

/** For how many jobs more the shard has units. */
const jobsLeft = (capacity: Capacity, { inUse, freed }: Usage): number =>
  jobsIn(capacity, mayUse(capacity, { inUse, freed }).slots - inUse.slots)
