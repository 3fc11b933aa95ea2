/**
 * One round of a visit: read the state, *then* the jobs, decide, write once, send.
 *
 * The order of the two reads matters: a job is deleted before its slot is freed. So if a job is still in the table but
 * its slot is gone, it has not run since the state was read, unless another pass claimed it; and that changes the version.
 */

import type { ShardKey } from '../../core/keys.ts'
import { type Claim, type Decision, decide, type PassInput, type Released } from '../../core/pass/decide.ts'
import { deadSlots, isSaturated, isSlotFreed } from '../../core/shard/attention.ts'
import { isLate } from '../../core/shard/closed.ts'
import { isExpiryRight } from '../../core/shard/expiry.ts'
import type { Entered } from '../../core/shard/layout.ts'
import { emptyState, isRunning, type ShardState } from '../../core/shard/state.ts'
import type { StartCounting } from '../../ports/queues.ts'
import { type Context, currentLimits } from '../context.ts'
import { changesLayout, enterLayout, lookAgain } from './layout.ts'
import { readJobs } from './read-jobs.ts'
import { recover } from './recover.ts'
import { messagesOf, sendWake, sendWork, startCounting } from './send.ts'
import { keepStranded } from './stranded.ts'
import { passWrite } from './write.ts'

export interface PassRequest {
  readonly shard: ShardKey
  /** The slot that a worker gives back. */
  readonly released?: Released
  /** The worker would run the next job itself, until this time at the latest. */
  readonly runUntil?: number
  /** The worker's process runs other jobs meanwhile. */
  readonly shared?: boolean
  /** A wake-up brought this pass, and comes again if it fails. */
  readonly isWoken?: boolean
  /** The `dueAt` for which this pass was woken. */
  readonly wokenFor?: number
  /** Sort keys of items that are new in the table, or changed. */
  readonly arrived?: readonly string[]
}

/** The worker's own next job. */
export interface HandOff {
  readonly claim: Claim
  readonly state: ShardState
  readonly rate?: StartCounting
}

export type Round =
  /** Nothing is left to do for this visit. */
  | { readonly kind: 'over' }
  /** A newer configuration is in force. */
  | { readonly kind: 'replaced' }
  /** To be read again. `uncertain`: a time that may have been written all the same, and whose wake-up nobody sends then. */
  | { readonly kind: 'conflict'; readonly uncertain?: number }
  | { readonly kind: 'written'; readonly own?: HandOff; readonly again: boolean }

export async function passOnce(
  context: Context,
  request: PassRequest & Pick<PassInput, 'uncertain'>,
): Promise<Round> {
  const { store, clock, random } = context
  const state = (await store.states.read(request.shard)) ?? emptyState(request.shard)
  // Asked after the state was read: what a newer configuration has written since makes the write of this one fail.
  if (await context.deployment.isReplaced()) return { kind: 'replaced' }
  const configured = currentLimits(context.config, state)
  if (!configured) return leave(context, state, request.released)
  reportOverride(context, state)
  // A wake-up is used up by this pass, however early it came: another has to be arranged.
  const isUsedUp = request.wokenFor !== undefined && request.wokenFor === state.dueAt
  // Whoever frees a slot does not look amid the jobs in flight, where a late job may stand.
  const late = (request.arrived ?? []).filter((key) => isLate(key, clock.now()))
  const isUncertain = request.isWoken === true && request.wokenFor === undefined
  const hasToRead = request.released || isUsedUp || isUncertain || late.length > 0 || !isExpiryRight(state)
  if (!hasToRead && isSaturated(state, configured, clock.now())) return { kind: 'over' }
  const recovered = await recover(context, state, deadSlots(state, clock.now()))
  const entered = await enterLayout(context, state, configured)
  if (entered === 'entering') return { kind: 'conflict' }
  const { limits } = entered
  const known = { ...request, state, limits, recovered }
  const jobs = await readJobs(context, { ...known, late, isUncertain })
  const input: PassInput = {
    ...known,
    ...lookAgain(jobs, entered, clock.now()),
    now: clock.now(),
    newToken: () => random.token(),
  }
  return carryOut(context, input, entered, decide(input))
}

/** The shard is not this configuration's. Its jobs stay for one that knows it; a slot that was in use is freed. */
async function leave(context: Context, state: ShardState, released: Released | undefined): Promise<Round> {
  if (released) await context.store.states.release(state.shard, released)
  await keepStranded(context, state)
  return { kind: 'over' }
}

/** An override that makes no sense stops its shard, lest it runs beyond what was meant: somebody has to hear of it. */
function reportOverride({ events }: Context, { shard, overrideProblem }: ShardState): void {
  if (overrideProblem) events.emit({ kind: 'override makes no sense', shard, problem: overrideProblem })
}

/**
 * Only the pass that has written sends. If each of many simultaneous passes arranged the same wake-up, each of those
 * would bring as many passes again, for as long as there is work. If this one dies in between, the sweep finds out.
 */
async function carryOut(
  context: Context,
  { state, now }: PassInput,
  entered: Entered,
  decision: Decision,
): Promise<Round> {
  const { limits } = entered
  const wake = () => sendWake(context, state.shard, decision.wake, now)
  const isAsItIs = isExpiryRight(state) && state.strandedSince === undefined
  if (!decision.changed && !changesLayout(state, entered) && isAsItIs) {
    await wake()
    return decision.readOn ? { kind: 'conflict' } : { kind: 'over' }
  }
  const write = passWrite(state, decision, entered, { now, mark: context.random.token() })
  const outcome = await context.store.states.pass(state, write)
  if (outcome.kind === 'conflict')
    return { kind: 'conflict', ...(outcome.isUncertain && write.dueAt ? { uncertain: write.dueAt } : {}) }
  const rate = startCounting(limits)
  await Promise.all([wake(), sendWork(context, messagesOf(state, decision, now, rate))])
  const [first] = decision.claims
  const own = first && isRunning(first.slot) ? { claim: first, state: outcome.state, ...rate } : undefined
  // A visit that saw `waiting` and no room has gone away, since who frees a slot looks; and we had looked before its job
  // was there. Whoever comes after this write sees that nobody looks any more.
  const hasStoppedWaiting = state.waiting && !write.waiting && Object.keys(state.slots).length >= limits.slots
  const again =
    decision.readOn ||
    hasStoppedWaiting ||
    (outcome.state.waiting && isSlotFreed(state, write, outcome.state))
  return { kind: 'written', ...(own ? { own } : {}), again }
}
