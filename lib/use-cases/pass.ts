/**
 * One visit to a shard: read the state, *then* the jobs, decide, write once, send.
 *
 * The order of the two reads matters: a job is deleted before its slot is freed, so a job that is still visible
 * although its slot is not has not run since, unless another pass claimed it, which changes the version.
 */
import {
  type Claim,
  type Decision,
  deadSlots,
  decide,
  type Holder,
  isSaturated,
  type PassInput,
} from '../core/decide.ts'
import { keyOf } from '../core/job.ts'
import type { JobId, ShardKey } from '../core/keys.ts'
import type { Entered } from '../core/layout.ts'
import type { ShardLimits } from '../core/limits.ts'
import { emptyState, isRunning, positionOf, type ShardState } from '../core/state.ts'
import { bucketWidth } from '../core/window.ts'
import type { StartCounting, WorkMessage } from '../ports/queues.ts'
import { type Context, currentLimits } from './context.ts'
import { passWrite } from './due-index.ts'
import { readDueJobs } from './due-jobs.ts'
import { changesLayout, enterLayout, lookAgain } from './layout.ts'
import { recover } from './recover.ts'
import { rehome } from './rehome.ts'
import { arrangeWake, wakeSoon } from './wake.ts'

export interface PassRequest {
  readonly shard: ShardKey
  /** The slot that a worker gives back. */
  readonly released?: Holder
  /** The worker would run the next job itself, until this time at the latest. */
  readonly runUntil?: number
  /** The `dueAt` for which this pass was woken. */
  readonly wokenFor?: number
}

/** The worker's own next job. */
export interface OwnRun {
  readonly claim: Claim
  readonly state: ShardState
  /** When its start was written down. */
  readonly startedAt: number
  readonly rate?: StartCounting
}

type Round =
  | { readonly kind: 'settled' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'written'; readonly own?: OwnRun; readonly again: boolean }

/** A shard that needs more rounds than this is looked at again a second later, by a message of its own. */
const MAX_ROUNDS = 12

/** Visits a shard until there is nothing left to do. Returns the job that the caller has to run, if it takes one. */
export async function pass(context: Context, request: PassRequest): Promise<OwnRun | undefined> {
  let { released, runUntil, ...rest } = request
  let own: OwnRun | undefined
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
    const round = await passOnce(context, {
      ...rest,
      ...(released ? { released } : {}),
      ...(runUntil === undefined ? {} : { runUntil }),
    }).catch((error: unknown) => settleForOwn(context, own, error))
    if (round.kind === 'settled') return own
    if (round.kind === 'conflict') {
      await context.clock.sleep(Math.round(context.random.number() * 20 * (rounds + 1)))
      continue
    }
    released = undefined
    if (round.own) {
      own = round.own
      runUntil = undefined
    }
    if (!round.again) return own
  }
  await giveUp(context, request.shard, released).catch((error) => settleForOwn(context, own, error))
  return own
}

/** A job that the worker has taken must be run, even where a later round fails; whoever frees its slot goes on. */
function settleForOwn({ logger }: Context, own: OwnRun | undefined, error: unknown): Round {
  if (!own) throw error
  logger.error('a shard could not be visited to the end', { shard: own.state.shard, error })
  return { kind: 'settled' }
}

/** The slot at least has to be freed; the rest is left to a wake-up. */
async function giveUp(context: Context, shard: ShardKey, released: Holder | undefined): Promise<void> {
  if (released) await context.store.states.release(shard, released)
  await wakeSoon(context, shard)
}

async function passOnce(context: Context, request: PassRequest): Promise<Round> {
  const { store, clock, random } = context
  const state = (await store.states.read(request.shard)) ?? emptyState(request.shard)
  const configured = currentLimits(context.config, state)
  if (!configured) return { kind: 'settled' }
  if (!request.released && isSaturated(state, configured, clock.now())) return { kind: 'settled' }
  const recovered = await recover(context, state, deadSlots(state, clock.now()))
  const entered = await enterLayout(context, state, configured)
  if (entered === 'entering') return { kind: 'conflict' }
  const { limits } = entered
  const jobs = limits.displaced
    ? await rehome(context, state)
    : await readDueJobs(context, request.shard, clock.now(), reach(state, limits))
  const now = clock.now()
  const input: PassInput = {
    ...request,
    ...lookAgain(jobs, entered, now),
    state,
    limits,
    now,
    recovered,
    newToken: () => random.token() as never,
  }
  return await carryOut(context, input, entered, decide(input))
}

/** As many jobs as may be needed: those in flight are still visible, and one more shows whether others wait. */
const reach = (state: ShardState, limits: ShardLimits): number =>
  Object.keys(state.slots).length + limits.slots + 1

/**
 * Only who has written sends. Of many passes at once each would arrange the same wake-up, and each of those would
 * bring as many passes again, for as long as there is work: a storm. Should we stop in between, the sweep finds out.
 */
async function carryOut(
  context: Context,
  { state, now }: PassInput,
  entered: Entered,
  decision: Decision,
): Promise<Round> {
  const { limits } = entered
  const wake = () => sendWake(context, state.shard, decision.wakeAt, now)
  if (!decision.changed && !changesLayout(state, entered)) {
    await wake()
    return { kind: 'settled' }
  }
  const outcome = await context.store.states.pass(state, passWrite(state, decision, entered, now))
  if (outcome.kind === 'conflict') return { kind: 'conflict' }
  const rate = startCounting(limits)
  await Promise.all([wake(), sendWork(context, messages(state, decision, rate))])
  const [first] = decision.claims
  const own =
    first && isRunning(first.slot)
      ? { claim: first, state: outcome.state, startedAt: now, ...rate }
      : undefined
  return { kind: 'written', ...(own ? { own } : {}), again: hasRoomForWaiting(outcome.state, limits) }
}

/** A claim is on record before it is sent: what cannot be sent now is sent again by a later pass. */
async function sendWork({ work, logger }: Context, messages: readonly WorkMessage[]): Promise<void> {
  try {
    if (messages.length > 0) await work.send(messages)
  } catch (error) {
    logger.error('claims could not be sent; they will be sent again', { jobs: messages.length, error })
  }
}

/** The time is on record before the wake-up is sent: what cannot be sent now is found by the sweep. */
async function sendWake(
  context: Context,
  shard: ShardKey,
  wakeAt: number | undefined,
  now: number,
): Promise<void> {
  try {
    if (wakeAt !== undefined) await arrangeWake(context, shard, wakeAt, now)
  } catch (error) {
    context.logger.error('a wake-up could not be sent; the sweep will do without it', { shard, error })
  }
}

/** Somebody freed a slot between our reading and our writing, and could not know that we would leave jobs waiting. */
const hasRoomForWaiting = (state: ShardState, limits: ShardLimits): boolean =>
  state.waiting && Object.keys(state.slots).length < limits.slots

function startCounting({ rateLimit }: ShardLimits): { rate?: StartCounting } {
  if (!rateLimit) return {}
  const { margin_ms, period_ms } = rateLimit
  return { rate: { bucket_ms: bucketWidth(rateLimit), margin_ms, kept_ms: period_ms + margin_ms } }
}

function messages(
  state: ShardState,
  { claims, change }: Decision,
  rate: { rate?: StartCounting },
): WorkMessage[] {
  const fresh = claims.flatMap(({ job, slot }) =>
    isRunning(slot) ? [] : [{ ...job.key, token: slot.token, ...rate }],
  )
  const again = change.resend.flatMap(({ id, token }) =>
    resent(state, id).map((key) => ({ ...key, token, ...rate })),
  )
  return [...fresh, ...again]
}

function resent(state: ShardState, id: JobId) {
  const slot = state.slots[id]
  return slot ? [keyOf(state.shard, positionOf(id, slot))] : []
}
