/**
 * One round of a visit: read the state, *then* the limits, *then* the jobs, get units for them, decide, and carry it out.
 *
 * The order of the reads matters: a job is deleted before its slot is freed. So if a job is still in the table but its slot
 * is gone, it has not run since the state was read, unless another pass claimed it; and that changes the version.
 */
import { earliest } from '../../core/earliest.ts'
import type { Job } from '../../core/job/job.ts'
import { limitsOfGates } from '../../core/limits/gates.ts'
import type { Units } from '../../core/limits/in-force.ts'
import {
  givesNextStartAway,
  hasGotAll,
  isOverLimit,
  mayUse,
  mostItMayGet,
  type Usage,
} from '../../core/limits/portion.ts'
import { type Pace, paceOf } from '../../core/limits/throttled.ts'
import { nextForgotten } from '../../core/limits/window.ts'
import { firstsOf } from '../../core/pass/batches.ts'
import { decide, type PassInput, type Released } from '../../core/pass/decide.ts'
import { type Staying, separateTwins, slotsThatStay } from '../../core/pass/room.ts'
import { deadSlots, isSaturated, mayGoFurtherInFront } from '../../core/shard/attention.ts'
import { isLate } from '../../core/shard/closed.ts'
import { isExpiryRight } from '../../core/shard/expiry.ts'
import { emptyState, type ShardState } from '../../core/shard/state.ts'
import { asSet } from '../as-set.ts'
import type { Context } from '../context.ts'
import { usageIn } from '../lending/account.ts'
import { awaitedStart } from '../lending/awaited-start.ts'
import { readCapacities } from '../lending/capacities.ts'
import type { Capacities, Capacity } from '../lending/capacity.ts'
import { limitsSeen } from '../lending/limits-seen.ts'
import type { SeenShard } from '../lending/served.ts'
import { mayCollect, startable } from '../lending/supply.ts'
import { supplyAll } from '../lending/supply-all.ts'
import { carryOut, type Use } from './carry-out.ts'
import { withLineLook } from './line-look.ts'
import { isOfAnother } from './misplaced.ts'
import { pacedJobs } from './paced.ts'
import { readJobs } from './read-jobs.ts'
import { recover } from './recover.ts'
import { isUncertain, type Round, type RoundRequest } from './request.ts'
import { withSharedStarts } from './shared-starts.ts'
import { withSlow } from './slow.ts'
import { keepStranded } from './stranded.ts'

export async function passOnce(configured: Context, request: RoundRequest): Promise<Round> {
  const { store, deployment } = configured
  const known = seenSafely(configured, request)
  const read = known?.state ?? (await store.states.read(request.shard)) ?? emptyState(request.shard)
  const state = withSlow(read, request)
  // Asked after the state was read: what a newer configuration has written since makes the write of this one fail.
  if (await deployment.isReplaced()) return { kind: 'replaced' }
  const context = await asSet(configured)
  if (isIdle(context, request, state)) return { kind: 'over' }
  const isLeft = await isOfAnother(context, state)
  const capacities = isLeft ? undefined : await readCapacities(context, state, known?.owners)
  if (capacities === 'stale') return { kind: 'conflict' }
  if (!capacities) return leave(context, state, request.released)
  if (!request.asksAgain) for (const capacity of capacities) reportOverride(context, capacity)
  return visitKnown(context, request, state, capacities)
}

/** Who died is judged before anything is written: an attempt that has begun anew since, where the job stood, would count as dead. */
const seenSafely = ({ clock }: Context, { seen }: RoundRequest): SeenShard | undefined =>
  seen && deadSlots(seen.state, clock.now()).length === 0 ? seen : undefined

/** Whether the item alone shows that there is nothing to do. */
function isIdle({ config, clock }: Context, request: RoundRequest, state: ShardState): boolean {
  // A wake-up is used up by this pass, however early it came: another has to be arranged.
  const isUsedUp = request.wokenFor !== undefined && request.wokenFor === state.dueAt
  // What has been lent to it since its own item does not show, but whoever sends somebody here may know.
  const mayHaveMore = request.isServed || (state.borrowed !== undefined && request.isWoken)
  const isAsked = request.released || request.asksAgain || isUsedUp || isUncertain(request) || mayHaveMore
  const limits = limitsSeen(config, state, clock.now())
  if (!limits || isAsked || lateOf(clock.now(), request).length > 0 || !isExpiryRight(state)) return false
  return isSaturated(state, limits, clock.now()) && !mayGoFurtherInFront(state, request.arrived ?? [])
}

/** Whoever frees a slot does not look amid the jobs in flight, where a late job may stand. */
const lateOf = (now: number, { arrived = [] }: RoundRequest): string[] =>
  arrived.filter((key) => isLate(key, now))

async function visitKnown(
  context: Context,
  request: RoundRequest,
  read: ShardState,
  capacities: Capacities,
): Promise<Round> {
  const { clock } = context
  const recovered = await recover(context, read, deadSlots(read, clock.now()))
  const staying = slotsThatStay({ ...request, state: read, recovered })
  const seenAt = clock.now()
  const used = (capacity: Capacity) => usageIn(capacity, read, staying, seenAt)
  const pace = paceOf(read, request.released, capacities[0].configured.adaptive, seenAt)
  const mayGetOf = (capacity: Capacity) =>
    mostItMayGet(capacity, used(capacity), mayCollect(capacity, { state: read, request }, seenAt))
  const gatesOf = (all: Capacities, mayOf: (capacity: Capacity) => Units) =>
    mapAll(all, (portion) => ({ portion, may: mayOf(portion), inUse: used(portion).inUse }))
  const isGot = (before: Capacity | undefined, may: Units) =>
    before !== undefined && hasGotAll(mayGetOf(before), mayUse(before, used(before)), may)
  const known = { ...request, ...pace.noted, state: read, recovered }
  const jobs = await readJobs(context, {
    ...known,
    limits: pace.limit(limitsOfGates(gatesOf(capacities, mayGetOf)), seenAt),
    ...ofRequest(request, seenAt),
  })
  if (jobs === 'stale') return { kind: 'conflict' }
  const { state } = jobs
  const { rateLimit, batch } = capacities[0].limits
  const firsts = firstsOf(jobs.due, staying, batch, seenAt)
  const own = { ...capacities[0].limits, granted: request.granted }
  const due = awaitedStart(context, state, own, costsOf(firsts, staying))
    ? []
    : pacedJobs(pace, { state, staying, due: firsts, rateLimit }, seenAt)
  const supplied = await supplyAll(context, capacities, { state, staying, due, request })
  if (supplied === 'stale') return { kind: 'conflict' }
  const gates = gatesOf(supplied.capacities, (capacity) => mayUse(capacity, used(capacity)))
  const isAllGot = gates.some(({ may }, index) => isGot(capacities[index], may))
  const mayGetMore = isAllGot || supplied.mayGetMore === true
  const forgottenAt = timeOfForgottenStart(gates[0].portion, used(gates[0].portion), state, seenAt)
  const looks = nextLook(jobs.nextDueAt, supplied.spareAt, forgottenAt)
  const judged = { ...known, ...jobs, ...looks, batchesAt: seenAt }
  const ready = { read: judged, firsts, staying, gates, mayGetMore, pace }
  return decideWith(context, request, ready)
}

const costsOf = (firsts: readonly Job[], staying: Staying) =>
  separateTwins(firsts, staying).candidates.map(({ cost }) => cost)

const ofRequest = (request: RoundRequest, now: number) => ({
  late: lateOf(now, request),
  isUncertain: isUncertain(request),
})

interface Ready extends Pick<Use, 'gates' | 'mayGetMore'> {
  readonly read: Omit<PassInput, 'limits' | 'now' | 'newToken'>
  /** The first jobs of the batches that may start. */
  readonly firsts: readonly Job[]
  readonly staying: Staying
  readonly pace: Pace
}

/** With all that the shard has by now, and the starts of shared rates for as many jobs as that is for. */
async function decideWith(
  context: Context,
  request: RoundRequest,
  { read, firsts, staying, gates, mayGetMore, pace }: Ready,
): Promise<Round> {
  const { clock, random } = context
  const askedAt = clock.now()
  const within = pace.limit(withLineLook(context, limitsOfGates(gates), read.due, askedAt), askedAt)
  const limits = await withSharedStarts(context, { read, due: firsts, staying, limits: within, request })
  if (limits === 'stale') return { kind: 'conflict' }
  const now = clock.now()
  const use = { gates, mayGetMore, startable: startable(gates[0].portion, read.state, staying, now) }
  const input = { ...read, limits, now, newToken: () => random.token() }
  return carryOut(context, input, use, decide(input))
}

function nextLook(...times: readonly (number | undefined)[]): Pick<PassInput, 'nextDueAt'> {
  const nextDueAt = earliest(...times)
  return nextDueAt === undefined ? {} : { nextDueAt }
}

const mapAll = <T>([first, ...others]: Capacities, of: (capacity: Capacity) => T): readonly [T, ...T[]] => [
  of(first),
  ...others.map(of),
]

/**
 * When the shard has a start to give away, or is within its rate again. By the time at which its usage was seen: with a start that has
 * been forgotten since, this pass has done nothing, and one that comes immediately will.
 */
const timeOfForgottenStart = (capacity: Capacity, usage: Usage, { window }: ShardState, seenAt: number) =>
  givesNextStartAway(capacity, usage) || isOverLimit(capacity, 'starts')
    ? nextForgotten(window, capacity.limits.rateLimit, seenAt)
    : undefined

/** The shard is not this configuration's. Its jobs stay for one that knows it; a slot that was in use is freed. */
async function leave(context: Context, state: ShardState, released: Released | undefined): Promise<Round> {
  if (released) await context.store.states.release(state.shard, released)
  await keepStranded(context, state)
  return { kind: 'over' }
}

/** An override that makes no sense stops its partition, lest it runs beyond what was meant: somebody has to hear of it. */
function reportOverride({ events }: Context, { owner, shard: { queue }, configured }: Capacity): void {
  const { problem } = configured.queueLimits ?? {}
  for (const said of [owner.overrideProblem, problem && `for all of queue "${queue}": ${problem}`])
    if (said) events.emit({ kind: 'override makes no sense', shard: owner.shard, problem: said })
}
