/** What one shard has of its partition's limits, what it may use of that now, and what it gives back. */
import type { ShardState } from '../shard/state.ts'
import { RESOURCES, type Resource } from './books.ts'
import { jobsThatGoFirst, nextToGiveWayTo } from './giving-way.ts'
import { capOf, isMetered, mostUnits, SLOTS_OF_A_SMALL_ITEM, type Units } from './in-force.ts'
import { freeFor, freeUnits, mayBorrow, type Partition, PLAIN, unitsOfOneJob } from './lending.ts'
import { type Borrower, held, lentOut } from './limiter.ts'

/** A partition, seen from one of its shards. */
export interface Portion extends Partition {
  /** The shard's name in the books. */
  readonly self: Borrower
  /** What it has borrowed. Empty for the plain shard. */
  readonly borrowed: NonNullable<ShardState['borrowed']>
  /** What the shard does not use goes back even if nobody waits: so many may borrow that the books could not hold them all. */
  readonly givesIdleBack?: true
  /** The limiter covers the jobs of this lane, and not all of its queue. */
  readonly ofLane?: true
  /** How many shards the partition has. Absent for a limiter. */
  readonly shards?: number
  /** So many shards stand in its line, or as many as usual. */
  readonly longestLine?: number
}

export const ofOneJob = (portion: Portion, resource: Resource): number =>
  unitsOfOneJob(portion, resource, portion.self)

/** What a shard uses at the beginning of a pass, and what it used until just now. */
export interface Usage {
  readonly inUse: Units
  readonly freed: Units
}

const of = (count: (resource: Resource) => number): Units => ({
  slots: count('slots'),
  starts: count('starts'),
})

/** Units that the shard has. What is not lent is the plain shard's to use, unless others wait for it. */
export function unitsHeld(portion: Portion, resource: Resource): number {
  const { self, limits, books, ownUse, borrowed } = portion
  if (self !== PLAIN) return held(borrowed[resource])
  const notLent = Math.max(0, capOf(limits, resource) - lentOut(books[resource]))
  return mayBorrow(portion, resource, self) ? notLent : Math.min(notLent, ownUse[resource])
}

/** More is out than the limit allows: nobody claims anything, and what is not in use goes back. */
export const isOverLimit = (portion: Portion, resource: Resource): boolean => freeUnits(portion, resource) < 0

const usable = (portion: Portion, resource: Resource): number =>
  isOverLimit(portion, resource) ? 0 : unitsHeld(portion, resource)

/** Whether the shard leaves a unit to one that waits: one that has just become free, for what it has been given it uses. */
const givesUnitAway = (portion: Portion, usage: Usage, resource: Resource): boolean =>
  (isFreed(portion, usage, resource) || isNextGivenAway(portion, usage, resource)) &&
  givesWay(portion, usage, resource)

const givesWay = (portion: Portion, usage: Usage, resource: Resource): boolean =>
  portion.isOwed === true ||
  nextToGiveWayTo(portion, resource, portion.self, priorityOfLast(portion, usage, resource)) !== undefined

/** The priority of the job that would use the last unit of the shard, or the one that becomes free next. */
function priorityOfLast(portion: Portion, { inUse }: Usage, resource: Resource): number | undefined {
  const jobs = Math.floor((usable(portion, resource) - inUse[resource]) / ofOneJob(portion, resource))
  return portion.waiting?.[Math.max(0, jobs - 1)]
}

const isFreed = (portion: Portion, usage: Usage, resource: Resource): boolean =>
  usage.freed[resource] > 0 && usage.inUse[resource] < usable(portion, resource)

/** The next start that is forgotten: jobs are claimed before that, so that it would never be free. */
const isNextGivenAway = (portion: Portion, usage: Usage, resource: Resource): boolean =>
  resource === 'starts' &&
  !isOverLimit(portion, resource) &&
  usage.inUse.starts > 0 &&
  usage.inUse.starts >= usable(portion, 'starts')

/**
 * Whether the shard has to be looked at as soon as a start of its own is forgotten, to give it away. Without a job that could use
 * it, it gives it to anybody: the first in the line may have as much, and look only after its own.
 */
export const givesNextStartAway = (portion: Portion, usage: Usage): boolean =>
  isMetered(portion.limits, 'starts') &&
  (isIdleWhileOthersWait(portion, usage) ||
    (isNextGivenAway(portion, usage, 'starts') && givesWay(portion, usage, 'starts')))

const isIdleWhileOthersWait = ({ waiting, books, self }: Portion, { inUse }: Usage): boolean =>
  waiting?.length === 0 && inUse.starts > 0 && Object.keys(books.starts.line).some((name) => name !== self)

/** How many units the shard may have in use after this pass. While others wait with better jobs, its worse ones use none. */
export const mayUse = (portion: Portion, usage: Usage): Units =>
  of((resource) => {
    if (!isMetered(portion.limits, resource)) return Number.POSITIVE_INFINITY
    const one = ofOneJob(portion, resource)
    const left = usable(portion, resource) - (givesUnitAway(portion, usage, resource) ? one : 0)
    return Math.min(left, usage.inUse[resource] + one * jobsThatGoFirst(portion, resource, portion.self))
  })

/** So many more units a shard asks for at a time, and reads jobs for. The next pass can ask for more. */
const MOST_ASKED = SLOTS_OF_A_SMALL_ITEM

/**
 * What the shard may use if it gets all that it may ask for.
 * @param asksOthers or only for what is free
 */
export function mostItMayGet(portion: Portion, usage: Usage, asksOthers: boolean): Units {
  const now = mayUse(portion, usage)
  return of((resource) => {
    const asked = MOST_ASKED * ofOneJob(portion, resource)
    const most = asksOthers ? asked : Math.max(0, freeFor(portion, resource, portion.self))
    return now[resource] + Math.min(asked, most, mayWant(portion, usage, resource))
  })
}

/** Whether the shard could ask for more than it had, and has got all of that: there may be more, and jobs for it. */
export const hasGotAll = (mayGet: Units, had: Units, has: Units): boolean =>
  RESOURCES.some((resource) => mayGet[resource] > had[resource] && has[resource] >= mayGet[resource])

/** How many units more the shard may have. None, while it has to give some back. */
function mayWant(portion: Portion, usage: Usage, resource: Resource): number {
  if (!isMetered(portion.limits, resource)) return 0
  if (isOverLimit(portion, resource) || givesUnitAway(portion, usage, resource)) return 0
  const most = mostUnits(portion.limits, resource, ofOneJob(portion, resource), portion.shards)
  const more = Math.max(0, most - unitsHeld(portion, resource))
  // What is free the plain shard has already: it may want what others have.
  return portion.self === PLAIN ? Math.min(more, lentOut(portion.books[resource])) : more
}

/**
 * How many units it asks for, if `due` jobs might start and `startable` of them have a start of the rate. If there is no
 * limit, one loan does for good.
 */
export function unitsWanted(portion: Portion, usage: Usage, due: number, startable: number): Units {
  const mayWantOf = (resource: Resource) => mayWant(portion, usage, resource)
  // What others wait for with better jobs is not asked for.
  const first = RESOURCES.map((resource) => jobsThatGoFirst(portion, resource, portion.self))
  const ready = Math.min(due, ...first)
  const weight = ofOneJob(portion, 'slots')
  const free = unitsHeld(portion, 'slots') - usage.inUse.slots
  const lacking = Math.max(0, ready * weight - free)
  const slots =
    Number.isFinite(capOf(portion.limits, 'slots')) || portion.shards === 1
      ? Math.min(MOST_ASKED * weight, lacking)
      : MOST_ASKED
  // A start that was late is on record twice, so there may be more of them than units.
  const beyond = Math.max(0, usage.inUse.starts - unitsHeld(portion, 'starts'))
  const runnable = Math.min(ready, free + Math.min(slots, mayWantOf('slots')))
  return {
    slots: ready > 0 ? Math.min(slots, mayWantOf('slots')) : 0,
    starts: runnable > startable ? Math.min(runnable - startable + beyond, mayWantOf('starts')) : 0,
  }
}

/** What the shard lacks after a pass, so that it has to stand in the line: it has work left, and others have its units. */
export interface Lack {
  readonly slots: boolean
  readonly starts: boolean
  /** Its next job lacks something else: the slots that it needs are kept for it. */
  readonly isReserved?: true
  /** It does not come to stand there: see `full-line.ts`. */
  readonly isKeptOut?: true
}

/** What a shard may use, and uses after a pass has claimed. */
export interface Spent {
  readonly may: Units
  readonly inUse: Units
}

/** What a pass has come to. */
export interface Outcome extends Spent {
  /** Jobs are left that could start. */
  readonly isWorkLeft: boolean
  /** So many of them have a start of the rate, now or in a moment. */
  readonly startable: number
}

/** Whether somebody else has what the shard lacks. If the limit is 0, it waits until somebody raises it. */
function couldHaveMore(portion: Portion, may: Units, resource: Resource): boolean {
  const one = ofOneJob(portion, resource)
  const most = Math.max(one, mostUnits(portion.limits, resource, one, portion.shards))
  return isMetered(portion.limits, resource) && may[resource] + one <= most
}

const isUsedUp = (portion: Portion, { may, inUse }: Spent): boolean =>
  inUse.slots + ofOneJob(portion, 'slots') > may.slots

/** Starts come first: a shard that has none to make has no use for a slot, and would only keep others from it. */
export function lackOf(portion: Portion, { may, inUse, isWorkLeft, startable }: Outcome): Lack {
  const starts = isWorkLeft && startable === 0 && couldHaveMore(portion, may, 'starts')
  const slots = isWorkLeft && !starts && isUsedUp(portion, { may, inUse })
  return { starts, slots: slots && couldHaveMore(portion, may, 'slots') }
}
