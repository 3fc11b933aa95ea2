/** A slot becomes free: the next job takes it, in this invocation or by a message. */

import { withWaits } from '../../core/job/wait.ts'
import { parseShard, type ShardKey } from '../../core/keys.ts'
import type { Counted } from '../../core/limits/adaptive.ts'
import type { LimiterName } from '../../core/limits/queue-limiter.ts'
import { ownerOf } from '../../core/limits/shards.ts'
import type { SlowDown } from '../../core/limits/slow-down.ts'
import type { Released } from '../../core/pass/decide.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { CHAIN_MS } from '../../core/times.ts'
import type { Context, WorkerContext } from '../context.ts'
import { type HandOff, pass } from '../pass/pass.ts'
import { slowLimiterAtLeast, slowOwner } from '../pass/slow.ts'
import { isGrantLate, lapsedOf } from './granted-start.ts'
import { deadlineOf, hasTimeFor, type Invocation, type Running } from './invocation.ts'
import { isCovered } from './look-ahead.ts'
import { withPayloads } from './members.ts'
import { begin, holderOf } from './start.ts'

export interface Ended extends Running {
  readonly invocation: Invocation
  /** When the invocation began with its message. */
  readonly begunAt: number
}

/** What has become of the job. */
export interface Finished {
  /** It, or another in its place, still has to run. */
  readonly jobStands: boolean
  /** Its partition is to start nothing for a while. */
  readonly slow?: SlowDown
  /** Limiters are to let nothing start for a while. */
  readonly slowLimiters?: readonly { readonly name: LimiterName; readonly slow: SlowDown }[]
  /** What its attempt counts as, if its queue adapts to that. */
  readonly outcome?: Counted
  /** The shard's item, as it was while the job's end was written. */
  readonly seen?: ShardState
}

/** If others wait, freeing the slot and taking it for the next job is one write. */
export async function freeSlot(
  context: WorkerContext,
  ended: Ended & Finished,
): Promise<Running | undefined> {
  const { shard, othersWait, jobStands, slow, slowLimiters = [], outcome } = ended
  if (slow) await slowOwner(context, shard, slow)
  for (const limiter of slowLimiters) await slowLimiterAtLeast(context, limiter.name, limiter.slow)
  const released: Released = {
    ...holderOf(ended),
    ...(jobStands ? { jobStands } : {}),
    ...(slow ? { slow } : {}),
    ...(outcome ? { outcome } : {}),
  }
  if (othersWait || jobStands || isCovered(context, shard)) return takeNext(context, { ...ended, released })
  const { state } = await context.store.states.release(shard, released)
  if (!state?.waiting && !(await othersNeedUnits(context, shard, state))) return undefined
  return takeNext(context, ended)
}

/** Asked after the slot is free: whoever has come to stand in the line before this finds the unit by itself. */
async function othersNeedUnits(
  { store }: Context,
  key: ShardKey,
  state: ShardState | undefined,
): Promise<boolean> {
  const shard = parseShard(key)
  if (!shard.ok || !state) return false
  const owner = state.borrowed ? await store.states.read(ownerOf(shard.value)) : state
  return Object.values(owner?.books ?? {}).some(({ line }) => Object.keys(line).length > 0)
}

interface TakingNext extends Pick<Finished, 'seen'> {
  readonly released?: Released
}

/** Makes a pass, with the slot that is given back, and takes over one of the jobs that it claims. */
export async function takeNext(
  context: WorkerContext,
  { shard, jobs, invocation, begunAt, released, seen }: Ended & TakingNext,
): Promise<Running | undefined> {
  const job = jobs[0]?.job
  const goesOn = job !== undefined && context.clock.now() - begunAt < CHAIN_MS && hasTimeFor(job, invocation)
  const own = await pass(context, {
    shard,
    ...(released ? { released } : {}),
    ...(seen ? { seen: { state: seen } } : {}),
    ...(goesOn ? { runUntil: deadlineOf(context, invocation), shared: invocation.shared === true } : {}),
  })
  if (!own) return undefined
  const claimed = [withWaits(own.claim.job, own.claim), ...(own.claim.others ?? [])]
  const next = { ...toRunning(own), jobs: await withPayloads(context, claimed, invocation) }
  if (next.jobs.every(({ problem }) => problem)) return next
  // The pass may have taken long, and the start may have been late: then the job goes back, with nothing spent.
  const isInTime = await begin(context, { pk: next.shard, ...own }, own.claim.startAt).catch(
    (error: unknown) => {
      context.events.emit({ kind: 'job not begun', shard: next.shard, id: next.id, error })
      return false
    },
  )
  const isGood = isInTime && !isGrantLate(context, own.granted)
  if (isGood && hasTimeFor(own.claim.job, invocation)) return next
  await giveBack(context, next)
  return undefined
}

/** A slot whose job has not begun is free for it, or for another, immediately, whatever fails. */
export async function giveBack(context: Context, running: Running): Promise<void> {
  const released = { ...holderOf(running), jobStands: true as const }
  try {
    await pass(context, { shard: running.shard, released, ...lapsedOf(context, running.granted) })
  } catch (error) {
    await context.store.states.release(running.shard, released)
    throw error
  }
}

const toRunning = ({ claim, state, granted }: HandOff): Omit<Running, 'jobs'> => ({
  shard: state.shard,
  id: claim.job.id,
  token: claim.slot.token,
  othersWait: state.waiting,
  ...(granted ? { granted } : {}),
})
