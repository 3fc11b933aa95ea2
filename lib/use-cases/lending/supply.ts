/** Gets a shard the units for the jobs that it could start. */
import type { Job } from '../../core/job/job.ts'
import type { JobId } from '../../core/keys.ts'
import { RESOURCES, type Resource } from '../../core/limits/books.ts'
import { hasMore } from '../../core/limits/borrowed.ts'
import { capOf, limitsWithin, type Units } from '../../core/limits/in-force.ts'
import { freeUnits } from '../../core/limits/lending.ts'
import { mayUse, unitsWanted } from '../../core/limits/portion.ts'
import { roomFor, separateTwins } from '../../core/pass/room.ts'
import { usageOf } from '../../core/shard/in-use.ts'
import type { ShardState, Slot } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { isUncertain, type RoundRequest } from '../pass/request.ts'
import { borrowedIn, usageIn } from './account.ts'
import { borrowFree } from './borrow.ts'
import type { Capacity } from './capacity.ts'
import { type Collected, collect } from './collect.ts'
import { collectElsewhere } from './collect-elsewhere.ts'
import { fetchCapacity } from './fetch-capacity.ts'
import type { Leaves } from './lender.ts'

export interface Demand {
  readonly state: ShardState
  readonly staying: readonly [JobId, Slot][]
  readonly due: readonly Job[]
  /** How many jobs could start by all that comes before this; absent if nothing does. */
  readonly ready?: number
  /** What brought this pass. */
  readonly request: Pick<RoundRequest, 'isWoken' | 'wokenFor' | 'asksAgain'>
}

/** What the shard has then, which may be less than it could use. `'stale'`: all has to be read again. */
export async function supply(
  context: Context,
  capacity: Capacity,
  demand: Demand,
): Promise<Collected | 'stale'> {
  const excess = excessOf(capacity)
  const { state, request } = demand
  if (isAny(excess)) return bringExcessBack(context, capacity, excess, state)
  // Nothing starts now, whatever it has.
  if (capacity.limits.slowedUntil !== undefined) return { capacity }
  const wantedOf = (seen: Capacity) => wantedFor(context, seen, demand)
  const lacksOf = (seen: Capacity) => wantedOf(isUncertain(request) ? withoutPriorities(seen) : seen)
  if (!isAny(lacksOf(capacity))) return { capacity }
  const isLost = mayCollect(capacity, demand, context.clock.now())
  const lent = await borrowAny(context, capacity, wantedOf, isLost)
  if (lent === 'stale') return 'stale'
  const missing = lacksOf(lent)
  if (!isAny(missing) || !mayCollect(capacity, demand, context.clock.now())) return { capacity: lent }
  const own = { state, leaves: leftBy(capacity, request) }
  const collected = await collect(context, lent, missing, own)
  return collected === 'stale' ? 'stale' : collectElsewhere(context, collected, missing, own)
}

/**
 * The better job for which this shard leaves the units may be gone, and its shard with it, while both still stand in the books: what
 * nobody uses is brought back all the same, and the line decides to whom it goes.
 */
function withoutPriorities({ waiting: _, ...capacity }: Capacity): Capacity {
  return capacity
}

/**
 * What is free where the shard borrows, and then what can be brought there. Where shards wait already others have nothing: who has
 * gives it to them.
 * @param isLost somebody may have died before that
 */
async function borrowAny(
  context: Context,
  capacity: Capacity,
  wantedOf: (seen: Capacity) => Units,
  isLost: boolean,
): Promise<Capacity | 'stale'> {
  const lent = await borrowFree(context, capacity, wantedOf)
  if (lent === 'stale' || !lent.chunk || !(isLost || lent.elsewhere)) return lent
  const asksOthers = isLost || !standsInLine(lent)
  const units = wantedOf(lent).slots
  if (units <= 0) return lent
  const more = await fetchCapacity(context, lent, { units, asksOthers })
  return more === 'stale' ? 'stale' : borrowFree(context, more, wantedOf)
}

/**
 * From some of the others. If that has brought anything, the next round asks more of them, or takes what is free by then. Not
 * while a deploy is under way: functions of the other version may have a higher limit and lend the same units again, so
 * that this would never end. The sweep comes after the deploy.
 */
async function bringExcessBack(
  context: Context,
  capacity: Capacity,
  excess: Units,
  state: ShardState,
): Promise<Collected | 'stale'> {
  const collected = await collect(context, capacity, excess, { state, leaves: 'nothing' })
  if (collected === 'stale') return 'stale'
  const left = excessOf(collected.capacity)
  const hasBrought = RESOURCES.some((resource) => left[resource] < excess[resource])
  return { ...collected, mayGetMore: hasBrought && (await context.deployment.isAlone()) }
}

/** If it finds too little at the first look, the shard comes to stand in the line, and looks again. */
function leftBy(capacity: Capacity, request: Demand['request']): Leaves {
  if (isUncertain(request)) return 'nothing'
  return standsInLine(capacity) || request.asksAgain ? 'that of shards that have passed' : 'all of that'
}

/**
 * Whether others are asked for what they do not use. A shard that stands in the line has done so, and is served by them;
 * it asks again if somebody sends it who has not served it.
 */
export const mayCollect = (
  capacity: Capacity,
  { state, request }: Pick<Demand, 'state' | 'request'>,
  now: number,
): boolean =>
  (request.asksAgain === true && !capacity.limiter) ||
  // What is not used of a limiter goes back by itself: only what somebody has left behind is looked for.
  (!standsInLine(capacity) && !capacity.limiter) ||
  isUnattended(capacity, state, { now, wokenFor: request.wokenFor }) ||
  (isUncertain(request) && !isServed(capacity, state))

/** Units have arrived that the shard's item does not show. */
const isServed = (capacity: Capacity, state: ShardState): boolean =>
  hasMore(capacity.borrowed, borrowedIn(state, capacity))

const standsInLine = ({ books, self }: Capacity): boolean =>
  RESOURCES.some((resource) => books[resource].line[self] !== undefined)

/**
 * Starts come back with time, and nobody tells: without a look arranged, it has to be found out when the next one does. A
 * wake-up is used up, however early it came.
 */
const isUnattended = (
  { limits, books, self }: Capacity,
  { dueAt }: ShardState,
  { now, wokenFor }: { readonly now: number; readonly wokenFor: number | undefined },
): boolean =>
  limits.rateLimit !== undefined &&
  books.starts.line[self] !== undefined &&
  (dueAt === undefined || dueAt <= now || dueAt === wokenFor)

function wantedFor({ clock }: Context, capacity: Capacity, { state, staying, due, ready }: Demand): Units {
  const now = clock.now()
  const usage = usageIn(capacity, state, staying, now)
  if (ready !== undefined) return unitsWanted(capacity, usage, ready, ready)
  const { candidates } = separateTwins(due, staying)
  return unitsWanted(capacity, usage, candidates.length, startable(capacity, state, staying, now))
}

/** How many jobs have a start of the rate, if there were slots for them. */
export function startable(
  capacity: Capacity,
  state: ShardState,
  staying: readonly [JobId, Slot][],
  now: number,
): number {
  const { starts } = mayUse(capacity, usageOf(state, staying, capacity.limits, now))
  const limits = limitsWithin(capacity.limits, { slots: Number.POSITIVE_INFINITY, starts })
  return roomFor(staying, { state, limits, now }).starts.length
}

/**
 * What others have above a limit that was lowered. The next pass brings it back, if the caller that set it has died. Where the
 * limit is 0 it stays: nothing could start with it. While a deploy that pauses a partition is under way, functions that do not
 * know of the pause lend the same units again.
 */
const excessOf = (capacity: Capacity): Units => {
  const excess = (resource: Resource) =>
    capOf(capacity.limits, resource) > 0 ? Math.max(0, -freeUnits(capacity, resource)) : 0
  return { slots: excess('slots'), starts: excess('starts') }
}

const isAny = (units: Units): boolean => RESOURCES.some((resource) => units[resource] > 0)
