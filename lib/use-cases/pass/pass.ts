/**
 * Visits a shard: round after round of reading, deciding and writing, until there is nothing left to do. A visit that lasts,
 * for others keep writing the shard, ends, and leaves a wake-up.
 */

import { DamagedStateError, LeftToNewerError } from '../../core/errors.ts'
import type { ShardKey } from '../../core/keys.ts'
import type { Released } from '../../core/pass/decide.ts'
import {
  CHAIN_MS,
  CONFLICT_PAUSE_MS,
  LEFT_TO_NEWER_MS,
  WAKE_APART_LATEST_MS,
  WAKE_SOON_MS,
} from '../../core/times.ts'
import type { Context } from '../context.ts'
import { returnStarts } from '../lending/grants.ts'
import { NOBODY, type SeenShard, type Served } from '../lending/served.ts'
import { wakeNow, wakeSoon, wakesNow } from '../wake.ts'
import { wakeAll } from '../wake-all.ts'
import type { HandOff, PassRequest, Round, RoundRequest } from './request.ts'
import { passOnce } from './round.ts'
import { lookSoon } from './send.ts'
import { slowAtLeast } from './slow.ts'

export type { HandOff, PassRequest } from './request.ts'

/**
 * A shard that needs more rounds than this, or whose visit lasts, is looked at again a second later, by a message of its own:
 * others wait behind it in the same batch.
 */
const MAX_ROUNDS = 12

/** Returns the job that the caller has to run, if it takes one. */
export async function pass(context: Context, request: PassRequest): Promise<HandOff | undefined> {
  try {
    const begunAt = context.clock.now()
    const visited = await visit(context, request, begunAt)
    return await visitServed(context, request, visited, begunAt)
  } catch (error) {
    if (!(error instanceof DamagedStateError)) throw error
    // Trying again mends nothing. The sweep goes on counting it until somebody has.
    const shard = (error.shard ?? request.shard) as ShardKey
    context.events.emit({ kind: 'shard damaged', shard, error })
    return undefined
  }
}

interface Visited {
  readonly own: HandOff | undefined
  /** Other shards that have got units from this one. */
  readonly served: Served
}

const hasLasted = ({ clock }: Context, begunAt: number): boolean => clock.now() - begunAt >= CHAIN_MS

/**
 * A unit goes with the invocation: the worker takes the next job from the shard that got it. Others are woken, and so is
 * whoever that one serves in its turn, for the worker's time is short.
 */
async function visitServed(
  context: Context,
  { runUntil, shared, isServed }: PassRequest,
  { own, served }: Visited,
  begunAt: number,
): Promise<HandOff | undefined> {
  const [first, ...others] = served.keys()
  if (first === undefined) return own
  const goesOn = own === undefined && runUntil !== undefined && !isServed && !hasLasted(context, begunAt)
  const woken = goesOn ? others : [first, ...others]
  if (woken.length > 0) await wakeNow(context, woken).catch((error: unknown) => keepOwn(context, own, error))
  if (!goesOn) return own
  const seen = served.get(first)
  return pass(context, {
    shard: first,
    runUntil,
    isServed: true,
    ...(seen ? { seen } : {}),
    ...(shared ? { shared } : {}),
  })
}

async function visit(context: Context, request: PassRequest, begunAt: number): Promise<Visited> {
  let { released, runUntil, seen: _seen, ...rest } = request
  let own: HandOff | undefined
  let learnt: Learnt = {}
  const served = new Map<ShardKey, SeenShard | undefined>()
  const fail = (error: unknown) => cutShort(context, { own, served }, error)
  for (let rounds = 0; goesOn(context, begunAt, rounds); rounds++) {
    const round: Round = await passOnce(context, {
      ...rest,
      ...(released ? { released } : {}),
      ...(runUntil === undefined ? {} : { runUntil }),
      ...(rounds === 0 && request.seen ? { seen: request.seen } : {}),
      ...learnt,
    }).catch(fail)
    if (round.kind === 'conflict') {
      const { kind: _, ...more } = round
      learnt = { ...learnt, ...more }
      await pause(context, rounds)
      continue
    }
    if (round.kind !== 'written') await returnStarts(context, learnt.granted)
    if (round.kind === 'replaced') {
      await leaveToNewer(context, request, released).catch(fail)
      return { own, served }
    }
    for (const [shard, one] of round.served ?? NOBODY) served.set(shard, one)
    if (round.kind === 'over') return { own, served }
    released = undefined
    const { asksAgain: _asksAgain, granted: _granted, ...lasting } = learnt
    learnt = { ...lasting, ...(round.asksAgain ? { asksAgain: true } : {}) }
    if (round.own) {
      own = round.own
      runUntil = undefined
    }
    if (!round.again) return { own, served }
  }
  await returnStarts(context, learnt.granted)
  await giveUp(context, request.shard, released, lookAgainIn(context, request)).catch(fail)
  return { own, served }
}

type Learnt = Pick<RoundRequest, 'uncertain' | 'asksAgain' | 'granted'>

/** Each visit that gives up leaves one wake-up, and those may be many: if all came after a second, they would lose again. */
const lookAgainIn = ({ random }: Context, { isWoken }: PassRequest): number =>
  WAKE_SOON_MS + (isWoken ? Math.round(random.number() * (WAKE_APART_LATEST_MS - WAKE_SOON_MS)) : 0)

const goesOn = (context: Context, begunAt: number, rounds: number): boolean =>
  rounds < MAX_ROUNDS && (rounds === 0 || !hasLasted(context, begunAt))

const pause = ({ clock, random }: Context, rounds: number): Promise<void> =>
  clock.sleep(Math.round(random.number() * CONFLICT_PAUSE_MS * (rounds + 1)))

/** The shards that have got units are told, whatever becomes of this visit. */
async function cutShort(context: Context, { own, served }: Visited, error: unknown): Promise<Round> {
  if (!own) await wakeAll(context, wakesNow(new Set(served.keys())))
  // Whoever saw that this visit looks has gone away.
  else await lookSoon(context, own.state.shard)
  return keepOwn(context, own, error)
}

/** A job that the worker has taken must be run, even if a later round fails. */
function keepOwn({ events }: Context, own: HandOff | undefined, error: unknown): Round {
  if (!own) throw error
  events.emit({ kind: 'visit cut short', shard: own.state.shard, error })
  return { kind: 'over' }
}

/**
 * A function whose configuration was replaced frees the slot that it was given, and leaves the rest to a newer one: by a
 * wake-up, or, if it was woken itself, by the same one. Were that another one, each would bring one more.
 */
async function leaveToNewer(
  context: Context,
  { shard, isWoken }: PassRequest,
  released: Released | undefined,
): Promise<void> {
  if (!isWoken) return giveUp(context, shard, released, LEFT_TO_NEWER_MS)
  throw new LeftToNewerError(`shard ${JSON.stringify(shard)}: a newer configuration is in force`)
}

/** The slot at least has to be freed; the rest is left to a wake-up. */
async function giveUp(
  context: Context,
  shard: ShardKey,
  released: Released | undefined,
  delay_ms?: number,
): Promise<void> {
  await slowAtLeast(context, shard, released?.slow)
  if (released) await context.store.states.release(shard, released)
  await wakeSoon(context, shard, delay_ms)
}
