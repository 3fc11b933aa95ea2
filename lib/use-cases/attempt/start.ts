/** A worker proves a claim and takes the job over. */

import type { RawItem } from '../../core/job/job.ts'
import { parseSortKey } from '../../core/keys.ts'
import { bucketOf, bucketWidth } from '../../core/limits/window.ts'
import { type Holder, leadOf, plannedStart } from '../../core/pass/decide.ts'
import { isDead, type ShardState } from '../../core/shard/state.ts'
import type { WorkMessage } from '../../ports/queues.ts'
import type { Attempt } from '../../ports/states.ts'
import type { Context, WorkerContext } from '../context.ts'
import { pass } from '../pass/pass.ts'
import { isGrantLate, isGrantOver, isOfAnotherCost } from './granted-start.ts'
import { deadlineOf, hasTimeFor, type Invocation, type Running } from './invocation.ts'
import { countLateStart } from './late-start.ts'
import { manned, readOthers } from './members.ts'
import { isStopped, lookForStops } from './stopped.ts'

export type Started =
  | { readonly kind: 'running'; readonly running: Running }
  /** The slot is taken, and the job must not run, or cannot run here: the slot has to be given back. */
  | { readonly kind: 'unwanted'; readonly running: Running }
  /** Somebody else has started it, or it is over. */
  | { readonly kind: 'stale' }

export async function start(
  context: WorkerContext,
  message: WorkMessage,
  invocation: Invocation,
): Promise<Started> {
  const { clock, events } = context
  const position = parseSortKey(message.sk)
  if (!position.ok) {
    events.emit({ kind: 'message refused', queue: 'work', reason: position.reason })
    return { kind: 'stale' }
  }
  const { id } = position.value
  const had_ms = invocation.remaining_ms()
  const { granted } = message
  const startedAt = startOnRecord(message, clock.now())
  const attempt = attemptOf(context, message, invocation, startedAt)
  const { token } = attempt
  const [outcome, item, stops] = await Promise.allSettled([
    context.store.states.start(message.pk, { id, token: message.token }, attempt),
    context.store.jobs.get({ pk: message.pk, sk: message.sk }),
    lookForStops(context, message, invocation),
  ])
  if (outcome.status === 'rejected') throw outcome.reason
  if (outcome.value.kind === 'stale')
    return afterStaleClaim(context, { shard: message.pk, id }, outcome.value.state, invocation)
  const { waiting, slots } = outcome.value.state
  const grant = granted ? { granted } : {}
  const taken = { shard: message.pk, id, token, jobs: [], othersWait: waiting, ...grant }
  const seen = stops.status === 'fulfilled' ? stops.value : undefined
  if (isGrantOver(granted, startedAt) || isStopped(context, outcome.value.state, seen))
    return { kind: 'unwanted', running: taken }
  return orUnwanted(context, taken, async () => {
    if (item.status === 'rejected') throw item.reason
    const others = await readOthers(context, taken, slots[id]?.others ?? [])
    const items = item.value ? [item.value, ...others] : others
    return prepare(context, { message, taken, items, startedAt, invocation, had_ms })
  })
}

/** What a start writes. */
const attemptOf = (
  context: Context,
  { rate }: WorkMessage,
  invocation: Invocation,
  startedAt: number,
): Attempt => ({
  token: context.random.token(),
  deadline: deadlineOf(context, invocation),
  bucket: bucketOf(startedAt, rate?.bucket_ms ?? bucketWidth(undefined)),
  ...(invocation.shared ? { shared: invocation.shared } : {}),
})

/** When it starts, as it is recorded. A start that was granted is not put beyond its time for the sake of a slow write. */
function startOnRecord(
  { startAt = 0, rate, granted }: Pick<WorkMessage, 'startAt' | 'rate' | 'granted'>,
  now: number,
): number {
  const soonest = plannedStart(startAt, now, rate !== undefined || granted !== undefined)
  if (!rate) return soonest
  const latest = granted ? Math.max(soonest, granted.until) : Number.POSITIVE_INFINITY
  return Math.min(latest, Math.max(soonest, now + leadOf(rate.kept_ms)))
}

interface Preparation {
  readonly message: WorkMessage
  readonly taken: Running
  /** What stands of the slot's jobs. */
  readonly items: readonly RawItem[]
  readonly startedAt: number
  readonly invocation: Invocation
  /** How long the invocation had left when the message came. */
  readonly had_ms: number
}

async function prepare(
  context: WorkerContext,
  { message, taken, items, startedAt, invocation, had_ms }: Preparation,
): Promise<Started> {
  const running = { ...taken, ...(await manned(context, items, message, invocation)) }
  const { jobs, leaves } = running
  const job = jobs[0]?.job
  if (!job && leaves) return { kind: 'unwanted', running }
  if (job && isOfAnotherCost(message.granted, job)) return { kind: 'unwanted', running }
  if (job && jobs.every(({ problem }) => problem)) return { kind: 'running', running }
  // It had to wait for the others of its batch.
  if (job && message.alone && !hasTimeFor(job, invocation)) return { kind: 'unwanted', running }
  const isInTime = (await begin(context, message, startedAt)) && !isGrantLate(context, message.granted)
  // What took so long spends no attempt. Where there never was enough time, it would go round without end.
  const isTooLate = job && hasTimeFor(job, { remaining_ms: () => had_ms }) && !hasTimeFor(job, invocation)
  return { kind: isInTime && !isTooLate ? 'running' : 'unwanted', running }
}

/** What fails between the start and the handler costs no attempt: the slot is given back instead. */
async function orUnwanted(
  { events }: Context,
  running: Running,
  action: () => Promise<Started>,
): Promise<Started> {
  try {
    return await action()
  } catch (error) {
    events.emit({ kind: 'job not begun', shard: running.shard, id: running.id, error })
    return { kind: 'unwanted', running }
  }
}

/** Waits for the start on record; or, if that has passed, records a later one. */
export async function begin(
  context: Context,
  { pk, rate }: Pick<WorkMessage, 'pk' | 'rate'>,
  startedAt: number,
): Promise<boolean> {
  const early_ms = startedAt - context.clock.now()
  if (early_ms > 0) await context.clock.sleep(early_ms)
  return countLateStart(context, pk, startedAt, rate)
}

/** If the message came back, its first receiver may have died, and nobody else may be there to look. */
async function afterStaleClaim(
  context: Context,
  { shard, id }: Pick<Running, 'shard' | 'id'>,
  state: ShardState | undefined,
  invocation: Invocation,
): Promise<Started> {
  const slot = state?.slots[id]
  if (invocation.redelivered || (slot && isDead(slot, context.clock.now()))) await pass(context, { shard })
  return { kind: 'stale' }
}

export const holderOf = ({ id, token }: Running): Holder => ({ id, token })
