/**
 * One round of a visit: read the state, *then* the jobs, decide, write once, send.
 *
 * The order of the two reads matters: a job is deleted before its slot is freed. So if a job is still in the table but
 * its slot is gone, it has not run since the state was read, unless another pass claimed it; and that changes the version.
 */

import type { ShardKey } from '../../core/keys.ts'
import { RESOURCES } from '../../core/limits/books.ts'
import { limitsWithin, type Units } from '../../core/limits/in-force.ts'
import {
  afterGivingBack,
  isGivenBack,
  isHopeFulfilled,
  isSameUnits,
  isToYieldStart,
  lackOf,
  mayHopeFor,
  mayUse,
} from '../../core/limits/portion.ts'
import { nextForgotten } from '../../core/limits/window.ts'
import { type Claim, type Decision, decide, type Holder, type PassInput } from '../../core/pass/decide.ts'
import { jobsToRead, slotsThatStay } from '../../core/pass/room.ts'
import { deadSlots, isSaturated, isSlotFreed } from '../../core/shard/attention.ts'
import { isExpiryRight } from '../../core/shard/expiry.ts'
import { usageOf } from '../../core/shard/in-use.ts'
import { emptyState, isRunning, type ShardState } from '../../core/shard/state.ts'
import { DELAY_STEP_MS } from '../../core/times.ts'
import type { StartCounting } from '../../ports/queues.ts'
import type { Context } from '../context.ts'
import { type Capacity, readCapacity } from '../lending/capacity.ts'
import { limitsSeen } from '../lending/limits-seen.ts'
import { type Settled, settle, settleAfter } from '../lending/settle.ts'
import { startable, supply } from '../lending/supply.ts'
import { readDueJobs } from './due-jobs.ts'
import { recover } from './recover.ts'
import { messagesOf, sendWake, sendWork, startCounting } from './send.ts'
import { keepStranded } from './stranded.ts'
import { passWrite } from './write.ts'

export interface PassRequest {
  readonly shard: ShardKey
  /** The slot that a worker gives back. */
  readonly released?: Holder
  /** The worker would run the next job itself, until this time at the latest. */
  readonly runUntil?: number
  /** The worker's process runs other jobs meanwhile. */
  readonly shared?: boolean
  /** A wake-up brought this pass, and comes again if it fails. */
  readonly isWoken?: boolean
  /** The `dueAt` for which this pass was woken. */
  readonly wokenFor?: number
  /** Another shard has just given units to this one. */
  readonly isServed?: boolean
}

/** The worker's own next job. */
export interface HandOff {
  readonly claim: Claim
  readonly state: ShardState
  readonly rate?: StartCounting
}

export type Round =
  /** Nothing is left to do for this visit. */
  | { readonly kind: 'over'; readonly served?: readonly ShardKey[] }
  /** A newer configuration is in force. */
  | { readonly kind: 'replaced' }
  /** To be read again. `uncertain`: a time that may have been written all the same, and whose wake-up nobody sends then. */
  | { readonly kind: 'conflict'; readonly uncertain?: number }
  | {
      readonly kind: 'written'
      readonly own?: HandOff
      readonly again: boolean
      /** The shard has come to stand in the line, or has got all that it hoped for: what there is is to be asked for once more. */
      readonly asksAgain?: boolean
      /** Other shards of the partition that have got units from this one, and now have to be visited. */
      readonly served?: readonly ShardKey[]
    }

export async function passOnce(
  context: Context,
  request: PassRequest & Pick<PassInput, 'uncertain'> & { readonly asksAgain?: boolean },
): Promise<Round> {
  const { store, clock, random } = context
  const state = (await store.states.read(request.shard)) ?? emptyState(request.shard)
  // Asked after the state was read: what a newer configuration has written since makes the write of this one fail.
  if (await context.deployment.isReplaced()) return { kind: 'replaced' }
  if (isIdle(context, request, state)) return { kind: 'over' }
  const capacity = await readCapacity(context, state)
  if (capacity === 'stale') return { kind: 'conflict' }
  if (!capacity) return leave(context, state, request.released)
  if (!request.asksAgain) reportOverride(context, capacity.owner)
  const recovered = await recover(context, state, deadSlots(state, clock.now()))
  const staying = slotsThatStay({ ...request, state, recovered })
  const usage = usageOf(state, staying, capacity.limits, clock.now())
  const hoped = mayHopeFor(capacity, usage)
  const now = clock.now()
  const limitsHoped = limitsWithin(capacity.limits, hoped)
  const reading = jobsToRead({ ...request, state, limits: limitsHoped, now, recovered })
  const jobs = await readDueJobs(context, { shard: request.shard, now, ...reading })
  const mayCollect =
    request.isWoken === true ||
    request.asksAgain === true ||
    !standsInLine(capacity) ||
    isUnattended(capacity, state, now)
  const supplied = await supply(context, capacity, { state, staying, due: jobs.due, mayCollect })
  if (supplied === 'stale') return { kind: 'conflict' }
  const may = mayUse(supplied.capacity, usage)
  const input: PassInput = {
    ...request,
    ...jobs,
    ...earliestLook(
      jobs.nextDueAt,
      supplied.spareAt,
      isToYieldStart(supplied.capacity, usage)
        ? nextForgotten(state.window, capacity.limits.rateLimit, now)
        : undefined,
    ),
    state,
    limits: limitsWithin(capacity.limits, may),
    now: clock.now(),
    recovered,
    newToken: () => random.token(),
  }
  const starts = startable(supplied.capacity, state, staying, input.now)
  const hasHope = isHopeFulfilled(hoped, mayUse(capacity, usage), may)
  const use = { capacity: supplied.capacity, may, inUse: usage.inUse, startable: starts, hasHope }
  return carryOut(context, input, use, decide(input))
}

/** Whether the item alone shows that there is nothing to do. */
function isIdle(
  { config, clock }: Context,
  request: PassRequest & { readonly asksAgain?: boolean },
  state: ShardState,
): boolean {
  // A wake-up is used up by this pass, however early it came: another has to be arranged.
  const isUsedUp = request.wokenFor !== undefined && request.wokenFor === state.dueAt
  // What has been lent to it since its own item does not show, but whoever wakes it may know.
  const mayHaveMore = state.borrowed !== undefined && (request.isWoken || request.isServed)
  const limits = limitsSeen(config, state, clock.now())
  if (!limits || request.released || request.asksAgain || isUsedUp || !isExpiryRight(state)) return false
  if (mayHaveMore) return false
  return isSaturated(state, limits, clock.now())
}

const standsInLine = ({ books, self }: Capacity): boolean =>
  RESOURCES.some((resource) => books[resource].line[self] !== undefined)

/** Starts come back with time, and nobody tells: without a look arranged, it has to be found out when the next one does. */
const isUnattended = ({ limits, books, self }: Capacity, { dueAt }: ShardState, now: number): boolean =>
  limits.rateLimit !== undefined &&
  books.starts.line[self] !== undefined &&
  (dueAt === undefined || dueAt <= now)

const earliestLook = (...times: (number | undefined)[]): Pick<PassInput, 'nextDueAt'> => {
  const known = times.filter((time) => time !== undefined)
  return known.length > 0 ? { nextDueAt: Math.min(...known) } : {}
}

/** The shard is not this configuration's. Its jobs stay for one that knows it; a slot that was in use is freed. */
async function leave(context: Context, state: ShardState, released: Holder | undefined): Promise<Round> {
  if (released) await context.store.states.release(state.shard, released)
  await keepStranded(context, state)
  return { kind: 'over' }
}

/** An override that makes no sense stops its shard, lest it runs beyond what was meant: somebody has to hear of it. */
function reportOverride({ events }: Context, { shard, overrideProblem }: ShardState): void {
  if (overrideProblem) events.emit({ kind: 'override makes no sense', shard, problem: overrideProblem })
}

/** What the shard has of its partition's limits, and uses, in a pass. */
interface Use {
  readonly capacity: Capacity
  readonly may: Units
  /** Before the pass claims anything. */
  readonly inUse: Units
  /** How many jobs may start, now or in a moment. */
  readonly startable: number
  /** It has got all that it hoped for, and so may hope for more. */
  readonly hasHope: boolean
}

/**
 * Only the pass that has written sends. If each of many simultaneous passes arranged the same wake-up, each of those
 * would bring as many passes again, for as long as there is work. If this one dies in between, the sweep finds out.
 */
async function carryOut(
  context: Context,
  { state, now, limits }: PassInput,
  { capacity, may, inUse, startable, hasHope }: Use,
  decision: Decision,
): Promise<Round> {
  const claims = decision.claims.length
  const after = { slots: inUse.slots + claims, starts: inUse.starts + claims }
  const { isWorkLeft } = decision
  const lack = lackOf(capacity, { may, inUse: after, isWorkLeft, startable: Math.max(0, startable - claims) })
  const borrowed = afterGivingBack(capacity, may, after, lack)
  const settled = { ...capacity, borrowed }
  const result = { lack, hasClaimed: claims > 0 }
  const wake = () => sendWake(context, state.shard, decision.wake, now)
  const isAsItIs = isExpiryRight(state) && state.strandedSince === undefined
  if (!decision.changed && isAsItIs && !isGivenBack(capacity.borrowed, borrowed)) {
    await wake()
    const { hasEntered, served } = await settleSafely(context, state.shard, () =>
      settle(context, settled, result),
    )
    if (hasEntered) return { kind: 'written', again: true, asksAgain: true, served }
    return decision.readOn ? { kind: 'conflict' } : { kind: 'over', served }
  }
  const write = passWrite(state, decision, {
    limits,
    borrowed: isSameUnits(state.borrowed, borrowed) ? undefined : borrowed,
    now,
    mark: context.random.token(),
  })
  const outcome = await context.store.states.pass(state, write)
  if (outcome.kind === 'conflict')
    return { kind: 'conflict', ...(outcome.isUncertain && write.dueAt ? { uncertain: write.dueAt } : {}) }
  const rate = startCounting(limits)
  await Promise.all([wake(), sendWork(context, messagesOf(state, decision, now, rate))])
  const [first] = decision.claims
  const own = first && isRunning(first.slot) ? { claim: first, state: outcome.state, ...rate } : undefined
  const hasFreed = write.drop.length > 0
  const { hasEntered, served } = await settleSafely(context, state.shard, () =>
    settleAfter(context, settled, result, { written: outcome.state, hasFreed }),
  )
  const asksAgain = hasEntered || (isWorkLeft && hasHope)
  const again =
    decision.readOn || asksAgain || (outcome.state.waiting && isSlotFreed(state, write, outcome.state))
  return { kind: 'written', ...(own ? { own } : {}), again, asksAgain, served }
}

/** What has been claimed is claimed: if the books cannot be settled now, the next pass over the shard does it. */
async function settleSafely(
  context: Context,
  shard: ShardKey,
  action: () => Promise<Settled>,
): Promise<Settled> {
  try {
    return await action()
  } catch (error) {
    context.events.emit({ kind: 'books not settled', shard, error })
    const now = context.clock.now()
    await sendWake(context, shard, { at: now + DELAY_STEP_MS, isPrecise: false }, now)
    return { hasEntered: false, served: [] }
  }
}
