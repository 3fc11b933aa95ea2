/** The second half of a round: write what was decided, send what has to be sent, and bring the books up to date. */
import type { ShardKey } from '../../core/keys.ts'
import { type Gates, passedGates } from '../../core/limits/gates.ts'
import type { ShardLimits } from '../../core/limits/limits.ts'
import { placesToLeave } from '../../core/limits/settling.ts'
import type { Decision, PassInput } from '../../core/pass/decide.ts'
import { isWorkLeft } from '../../core/pass/holds.ts'
import { isSlotFreed } from '../../core/shard/attention.ts'
import { isExpiryRight } from '../../core/shard/expiry.ts'
import { isRunning, type ShardState } from '../../core/shard/state.ts'
import type { PassWrite } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import type { Capacity } from '../lending/capacity.ts'
import { returnStarts } from '../lending/grants.ts'
import { limitsSeen } from '../lending/limits-seen.ts'
import { withNextSeen } from '../lending/next-seen.ts'
import type { Settled } from '../lending/settle.ts'
import {
  type Account,
  type AfterWrite,
  borrowedAfter,
  isMoved,
  leaveLines,
  settleAll,
} from '../lending/settle-all.ts'
import type { Round } from './request.ts'
import { messagesOf, sendWake, sendWork, startCounting } from './send.ts'
import { settleSafely } from './settle-safely.ts'
import { grantedAfter, grantedStart, keptByVisit, takenOut, unusedOf, waitForStart } from './shared-starts.ts'
import { tellOfPass } from './tell.ts'
import { passWrite } from './write.ts'

/** What the shard has of all that limits it, and uses before the pass claims anything. */
export interface Use {
  readonly gates: Gates<Capacity>
  /** How many jobs may start, now or in a moment. */
  readonly startable: number
  /** It has got all that it asked for, or not all have been asked, so there may be more. */
  readonly mayGetMore: boolean
  /** The worker takes its next job from whoever is served, if this pass claims none for it. */
  readonly takesServed: boolean
}

/**
 * Only the pass that has written sends. If each of many simultaneous passes arranged the same wake-up, each of those
 * would bring as many passes again, for as long as there is work. If this one dies in between, the sweep finds out.
 */
export async function carryOut(
  context: Context,
  input: PassInput,
  use: Use,
  decision: Decision,
): Promise<Round> {
  const { state, now, limits } = input
  const startsIn = waitForStart(decision.holds, now)
  const passed = outcomeOf(use, decision, startsIn)
  const places = passed.map(({ capacity, result }) => placesToLeave(capacity, result.lack))
  const left = await leaveLines(context, passed, places)
  if (left === 'stale') return { kind: 'conflict' }
  const isLeaving = places.some(({ length }) => length > 0)
  const wake = () => sendWake(context, state.shard, decision.wake, now)
  const mayGetMore = isWorkLeft(decision.holds) && use.mayGetMore && startsIn === 'none'
  const unused = unusedOf(limits, decision)
  const isGranted = grantedAfter(state, limits).granted !== undefined
  if (!isToBeWritten(state, decision, use, left) && !isLeaving && !isGranted) {
    await Promise.all([wake(), returnStarts(context, unused)])
    return unwritten(context, state.shard, { ...decision, mayGetMore }, () => settleAll(context, left))
  }
  const borrowed = borrowedAfter(state, left)
  const write = passWrite(state, decision, { ...input, ...borrowed, mark: context.random.token() })
  const [outcome, accounts] = await writeAndLook(context, left, state, write)
  // Whoever has won may have relied on a place that is left by now.
  if (outcome.kind === 'conflict') return conflictOf(outcome, write, input, isLeaving)
  tellOfPass(context, input, decision)
  const counting = { ...startCounting(limits), ...(limits.shared ? { shared: limits.shared } : {}) }
  await Promise.all([
    wake(),
    sendWork(context, messagesOf(state, decision, now, counting)),
    returnStarts(context, [...unused, ...takenOut(state, limits, decision)]),
  ])
  return afterWrite(context, input, decision, {
    write,
    written: outcome.state,
    asksAgain: isLeaving || mayGetMore,
    settle: (after) => settleAll(context, accounts, after),
  })
}

/** Whoever is served when it is written is read meanwhile. */
const writeAndLook = (
  context: Context,
  left: readonly Account[],
  ...pass: Parameters<Context['store']['states']['pass']>
) => Promise.all([context.store.states.pass(...pass), withNextSeen(context, left)])

/** Whether the item does not say yet all that there is to say. */
const isToBeWritten = (
  state: ShardState,
  { changed }: Decision,
  { gates }: Use,
  left: readonly Account[],
): boolean =>
  changed || !isExpiryRight(state) || state.strandedSince !== undefined || isMoved(gates, left, state)

/** A write that may have been made may have used what the visit was granted. */
const conflictOf = (
  { isUncertain }: { readonly isUncertain?: true },
  { dueAt }: PassWrite,
  { limits, state }: Pick<PassInput, 'limits' | 'state'>,
  isLeaving: boolean,
) => ({
  kind: 'conflict' as const,
  ...(isUncertain && dueAt ? { uncertain: dueAt } : {}),
  granted: isUncertain ? [] : keptByVisit(limits, state),
  ...(isLeaving ? { asksAgain: true } : {}),
})

interface Written {
  readonly write: PassWrite
  readonly written: ShardState
  /** Whatever comes of the books. */
  readonly asksAgain: boolean
  readonly settle: (after: AfterWrite) => Promise<Settled>
}

async function afterWrite(
  context: Context,
  { state, now, limits }: PassInput,
  decision: Decision,
  { write, written, settle, ...ofPass }: Written,
): Promise<Round> {
  const { hasEntered, served, isAsked } = await settleSafely(context, state.shard, () =>
    settle({ written, hasFreed: hasFreed(write) }),
  )
  const asksAgain = hasEntered || ofPass.asksAgain
  const isFreed = written.waiting && isSlotFreed(state, write, written)
  const hasSentAway = !write.waiting && sendsAway(context, state, now)
  return {
    kind: 'written',
    ...ownOf(decision, written, limits),
    again: decision.readOn || asksAgain || isAsked === true || isFreed || hasSentAway || isOutdated(limits),
    asksAgain,
    served,
  }
}

const isOutdated = ({ shared }: ShardLimits): boolean => shared?.isOutdated === true

/** A slot that is taken again in the same write is free for nobody: whoever waits for it is seen when its next job ends. */
const hasFreed = ({ drop, take }: PassWrite): boolean => drop.length > Object.keys(take).length

/** The item already says all that there is to say; the books may not. */
async function unwritten(
  context: Context,
  shard: ShardKey,
  { readOn, mayGetMore }: Pick<Decision, 'readOn'> & Pick<Use, 'mayGetMore'>,
  action: () => Promise<Settled>,
): Promise<Round> {
  const { hasEntered, served } = await settleSafely(context, shard, action)
  if (hasEntered || mayGetMore) return { kind: 'written', again: true, asksAgain: true, served }
  return readOn ? { kind: 'conflict' } : { kind: 'over', served }
}

/**
 * A visit that saw `waiting` and no room has gone away, since whoever frees a slot looks; and one that saw a place in the
 * line, since whoever gives a unit back looks. This pass had looked before that one's job was there. Whoever comes after
 * its write sees that nobody looks any more.
 */
const sendsAway = ({ config }: Context, state: ShardState, now: number): boolean =>
  state.waiting && Object.keys(state.slots).length >= (limitsSeen(config, state, now)?.slots ?? 0)

/** What the shard has borrowed after the pass, and whether it still lacks something. */
function outcomeOf(
  { gates, startable, takesServed }: Use,
  { claims, holds }: Decision,
  startsIn: ReturnType<typeof waitForStart>,
): Account[] {
  const outcome = {
    claims: claims.length,
    isWorkLeft: isWorkLeft(holds) && startsIn === 'none',
    ...(startsIn === 'short' ? { isReserved: true as const } : {}),
    startable: Math.max(0, startable - claims.length),
  }
  const hasClaimed = claims.length > 0
  const goesOn = takesServed && !claims.some(({ slot }) => isRunning(slot))
  return passedGates(gates, outcome).map(({ portion, lack }) => ({
    capacity: portion,
    result: { lack, hasClaimed, takesServed: goesOn },
  }))
}

/** The job that the worker takes over itself. */
function ownOf(
  { claims: [first] }: Decision,
  state: ShardState,
  limits: ShardLimits,
): Pick<Extract<Round, { kind: 'written' }>, 'own'> {
  if (!first || !isRunning(first.slot)) return {}
  return { own: { claim: first, state, ...startCounting(limits), ...grantedStart(first, limits.shared) } }
}
