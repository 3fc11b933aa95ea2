/** A shard that has units: what it has to spare for another. */
import { parseShard } from '../../core/keys.ts'
import type { Resource } from '../../core/limits/books.ts'
import { isChunkName } from '../../core/limits/chunk-name.ts'
import { NO_UNITS, type Units } from '../../core/limits/in-force.ts'
import { isLentAhead } from '../../core/limits/lend-ahead.ts'
import {
  arrived,
  type Borrowed,
  type Borrower,
  givesWay,
  held,
  type Loan,
  outstanding,
} from '../../core/limits/limiter.ts'
import { isOverLimit, unitsHeld } from '../../core/limits/portion.ts'
import { weightIn } from '../../core/limits/queue-limiter.ts'
import type { Config } from '../../core/queue/config.ts'
import { isOfLane, limitersOver } from '../../core/queue/covering.ts'
import { emptyState, isDead, type ShardState, slotEntries } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { borrowedIn, isPausedIn, type Standing, shardNamed, standingOf, unitsUsed } from './account.ts'
import type { Capacity } from './capacity.ts'
import { readUnlessDamaged } from './read-unless-damaged.ts'

/**
 * The shards that may have units to spare, from any one on: if all asked the same, they would be in each other's way. One
 * that stands in the line itself has none, unless it has so much more that it gives way.
 */
export function lenders(
  context: Context,
  capacity: Capacity,
  resource: Resource,
  leaves: Leaves,
): Borrower[] {
  const { loans, line } = capacity.books[resource]
  const own = unitsHeld(capacity, resource)
  const maySpare = (name: Borrower, units: number) =>
    isOverLimit(capacity, resource) ||
    line[name] === undefined ||
    givesWay(units, own + 1) ||
    // Its function may have died when it had come to stand there, and its work has gone since; or it is no borrower any more.
    (capacity.limiter !== undefined && leaves === 'nothing')
  const names = Object.entries(loans)
    .map(([name, loan]) => ({ name, units: outstanding(loan) }))
    .filter(
      ({ name, units }) => name !== capacity.self && !isChunkName(name) && units > 0 && maySpare(name, units),
    )
    .map(({ name }) => name)
  const first = Math.floor(context.random.number() * names.length)
  return [...names.slice(first), ...names.slice(0, first)]
}

/** `undefined` for one whose item is damaged: nobody knows what it uses, so it has nothing to spare. */
export async function readLender(
  context: Context,
  capacity: Capacity,
  name: Borrower,
): Promise<Lender | undefined> {
  const key = shardNamed(capacity, name)
  const state = await readUnlessDamaged(context, key)
  return state === 'damaged' ? undefined : { name, state: state ?? emptyState(key) }
}

export interface Lender {
  readonly name: Borrower
  readonly state: ShardState
}

/** What a shard has given back, and the books have not been told: the function that did it has died, or another was faster. */
export const untold = (was: Loan | undefined, known: Borrowed | undefined): number =>
  was && known?.id === was.id ? Math.max(0, known.returned - was.returned) : 0

/**
 * What has just been lent to another, and has not arrived, that one is about to use. If its function has died, its message
 * comes again; if that is lost, or there is nothing to do for it any more, somebody has to take the units all the same.
 */
export type Leaves =
  | 'all of that'
  /** At the second look: the item of a shard that no pass has written may have expired, and been made anew by this one. */
  | 'that of shards that have passed'
  /** A sweep has found that nothing moves. */
  | 'nothing'

/** How a shard looks for units. */
export interface Search {
  readonly leaves: Leaves
}

/**
 * A shard with work of its own is about to use what it has: of that only so much is taken that both have the same. Without
 * a start to make it has no use for slots.
 */
export function spareOf(
  context: Context,
  capacity: Capacity,
  resource: Resource,
  { name, state, leaves }: Lender & Search,
): number {
  // While a deploy is under way, functions of both versions decide, and would take from each other: the sweep comes after it.
  const standing = leaves === 'nothing' ? standingOf(context, capacity, name) : 'covered'
  const isGone = standing !== 'covered'
  const now = context.clock.now()
  const { books } = capacity
  const was = books[resource].loans[name]
  const known = borrowedIn(state, capacity)[resource]
  const units = loanOf(was, known)
  if (!units) return 0
  const isAwaited = !isGone && isOnItsWay(state, leaves) && !isUnasked(was, known)
  const arriving = isAwaited ? held(units) - heldOf(was, known) : 0
  const used = usedBy(capacity, { name, state }, standing, now)[resource]
  const idle = Math.max(0, held(units) - arriving - used)
  const lacksStarts = resource === 'slots' && books.starts.line[name] !== undefined
  // One that waits for a slot has not asked its pools and tags yet. The start that it keeps for that would go round otherwise.
  const lacksSlots = books.slots.line[name] !== undefined
  const isBlocked = !capacity.limiter && !lacksSlots && lacksOfLane(context.config, state)
  const isPaused = capacity.limiter !== undefined && leaves === 'nothing' && isPausedIn(context, name, state)
  const hasNoUse = !state.waiting || lacksStarts || isBlocked || isPaused || isGone
  const mayTakeAll = hasNoUse || isOverLimit(capacity, resource)
  // What it does not use of a limiter, its next job needs, which waits for another one.
  const half = capacity.limiter ? 0 : Math.floor((held(units) - unitsHeld(capacity, resource)) / 2)
  return (mayTakeAll ? idle : Math.min(idle, Math.max(0, half))) + untold(was, known)
}

/** Whether a lane waits for a pool or a tag: then it has no use for what it has of its partition. */
function lacksOfLane(config: Config, { shard, slots, borrowedFrom }: ShardState): boolean {
  const parts = parseShard(shard)
  if (!parts.ok || parts.value.lane === undefined) return false
  const jobs = Object.keys(slots).length + 1
  return limitersOver(config, parts.value).some(
    (limiter) =>
      isOfLane(config, parts.value, limiter) &&
      held(borrowedFrom?.[limiter.name]?.slots) < jobs * weightIn(limiter, shard),
  )
}

/** Nobody waits for the jobs of a shard that has left. */
function usedBy(capacity: Capacity, { name, state }: Lender, standing: Standing, now: number): Units {
  switch (standing) {
    case 'covered':
      return unitsUsed(capacity, name, state, now)
    case 'stranded':
      return unitsUsed(capacity, name, withoutDead(state, now), now)
    case 'left':
      return NO_UNITS
  }
}

/** Nobody looks after those whose workers have died, before the queue comes back. */
const withoutDead = (state: ShardState, now: number): ShardState => ({
  ...state,
  slots: Object.fromEntries(slotEntries(state.slots).filter(([, slot]) => !isDead(slot, now))),
})

const isOnItsWay = (state: ShardState, leaves: Leaves): boolean =>
  leaves === 'all of that' || (leaves === 'that of shards that have passed' && state.initialised)

/** Lent ahead, and no pass has found it: it may never be needed. */
const isUnasked = (was: Loan | undefined, known: Borrowed | undefined): boolean =>
  was !== undefined && isLentAhead(was.id) && known?.id !== was.id

/** What the shard knows that it has. */
const heldOf = (was: Loan | undefined, known: Borrowed | undefined): number =>
  known?.id === was?.id ? held(known) : 0

export function loanOf(was: Loan | undefined, known: Borrowed | undefined): Borrowed | undefined {
  const units = arrived(known, was)
  return units === 'stale' ? undefined : units.borrowed
}
