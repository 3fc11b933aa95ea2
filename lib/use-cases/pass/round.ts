/**
 * One round of a visit: read the state, *then* the limits, *then* the jobs, get units for them, decide, and carry it out.
 *
 * The order of the reads matters: a job is deleted before its slot is freed. So if a job is still in the table but its slot
 * is gone, it has not run since the state was read, unless another pass claimed it; and that changes the version.
 */
import { earliest } from '../../core/earliest.ts'
import { limitsWithin } from '../../core/limits/in-force.ts'
import { givesNextStartAway, hasGotAll, mayUse, mostItMayGet, type Usage } from '../../core/limits/portion.ts'
import { paceOf } from '../../core/limits/throttled.ts'
import { nextForgotten } from '../../core/limits/window.ts'
import { decide, type Released } from '../../core/pass/decide.ts'
import { slotsThatStay } from '../../core/pass/room.ts'
import { deadSlots, isSaturated } from '../../core/shard/attention.ts'
import { isLate } from '../../core/shard/closed.ts'
import { isExpiryRight } from '../../core/shard/expiry.ts'
import { usageOf } from '../../core/shard/in-use.ts'
import { emptyState, type ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { type Capacity, readCapacity } from '../lending/capacity.ts'
import { limitsSeen } from '../lending/limits-seen.ts'
import { mayCollect, startable, supply } from '../lending/supply.ts'
import { carryOut } from './carry-out.ts'
import { readJobs } from './read-jobs.ts'
import { recover } from './recover.ts'
import { isUncertain, type Round, type RoundRequest } from './request.ts'
import { withSlow } from './slow.ts'
import { keepStranded } from './stranded.ts'

export async function passOnce(context: Context, request: RoundRequest): Promise<Round> {
  const { store } = context
  const read = (await store.states.read(request.shard)) ?? emptyState(request.shard)
  const state = withSlow(read, request)
  // Asked after the state was read: what a newer configuration has written since makes the write of this one fail.
  if (await context.deployment.isReplaced()) return { kind: 'replaced' }
  if (isIdle(context, request, state)) return { kind: 'over' }
  const capacity = await readCapacity(context, state)
  if (capacity === 'stale') return { kind: 'conflict' }
  if (!capacity) return leave(context, state, request.released)
  if (!request.asksAgain) reportOverride(context, capacity.owner)
  return visitKnown(context, request, state, capacity)
}

/** Whether the item alone shows that there is nothing to do. */
function isIdle({ config, clock }: Context, request: RoundRequest, state: ShardState): boolean {
  // A wake-up is used up by this pass, however early it came: another has to be arranged.
  const isUsedUp = request.wokenFor !== undefined && request.wokenFor === state.dueAt
  // What has been lent to it since its own item does not show, but whoever sends somebody here may know.
  const mayHaveMore = state.borrowed !== undefined && (request.isWoken || request.isServed)
  const isAsked = request.released || request.asksAgain || isUsedUp || isUncertain(request) || mayHaveMore
  const limits = limitsSeen(config, state, clock.now())
  if (!limits || isAsked || lateOf(clock.now(), request).length > 0 || !isExpiryRight(state)) return false
  return isSaturated(state, limits, clock.now())
}

/** Whoever frees a slot does not look amid the jobs in flight, where a late job may stand. */
const lateOf = (now: number, { arrived = [] }: RoundRequest): string[] =>
  arrived.filter((key) => isLate(key, now))

async function visitKnown(
  context: Context,
  request: RoundRequest,
  state: ShardState,
  capacity: Capacity,
): Promise<Round> {
  const { clock } = context
  const recovered = await recover(context, state, deadSlots(state, clock.now()))
  const staying = slotsThatStay({ ...request, state, recovered })
  const seenAt = clock.now()
  const usage = usageOf(state, staying, capacity.limits, seenAt)
  const pace = paceOf(state, request.released, capacity.configured.adaptive, seenAt)
  const mayGet = mostItMayGet(capacity, usage, mayCollect(capacity, { state, request }, seenAt))
  const known = { ...request, ...pace.noted, state, recovered }
  const jobs = await readJobs(context, {
    ...known,
    limits: pace.limit(limitsWithin(capacity.limits, mayGet), seenAt),
    late: lateOf(seenAt, request),
    isUncertain: isUncertain(request),
  })
  const supplied = await supply(context, capacity, { state, staying, due: jobs.due, request })
  if (supplied === 'stale') return { kind: 'conflict' }
  const now = clock.now()
  const may = mayUse(supplied.capacity, usage)
  const use = {
    capacity: supplied.capacity,
    may,
    inUse: usage.inUse,
    startable: startable(supplied.capacity, state, staying, now),
    mayGetMore: hasGotAll(mayGet, mayUse(capacity, usage), may) || supplied.mayGetMore === true,
  }
  const giveAwayAt = timeToGiveStartAway(supplied.capacity, usage, state, seenAt)
  const nextDueAt = earliest(jobs.nextDueAt, supplied.spareAt, giveAwayAt)
  const looks = nextDueAt === undefined ? {} : { nextDueAt }
  const limits = pace.limit(limitsWithin(capacity.limits, may), now)
  const input = { ...known, ...jobs, ...looks, limits, now, newToken: () => context.random.token() }
  return carryOut(context, input, use, decide(input))
}

/**
 * When the shard has a start to give away. By the time at which its usage was seen: a start that has been forgotten since is
 * still to be given away, by a pass that comes immediately.
 */
const timeToGiveStartAway = (capacity: Capacity, usage: Usage, { window }: ShardState, seenAt: number) =>
  givesNextStartAway(capacity, usage) ? nextForgotten(window, capacity.limits.rateLimit, seenAt) : undefined

/** The shard is not this configuration's. Its jobs stay for one that knows it; a slot that was in use is freed. */
async function leave(context: Context, state: ShardState, released: Released | undefined): Promise<Round> {
  if (released) await context.store.states.release(state.shard, released)
  await keepStranded(context, state)
  return { kind: 'over' }
}

/** An override that makes no sense stops its partition, lest it runs beyond what was meant: somebody has to hear of it. */
function reportOverride({ events }: Context, { shard, overrideProblem }: ShardState): void {
  if (overrideProblem) events.emit({ kind: 'override makes no sense', shard, problem: overrideProblem })
}
