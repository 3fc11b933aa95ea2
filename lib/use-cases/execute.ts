/**
 * The life of a job in a worker: start (prove the claim), run, finish (the job's end first, then its slot), and
 * then the next job of the shard in the same invocation, while time allows.
 */
import type { Holder } from '../core/decide.ts'
import type { Job } from '../core/job.ts'
import type { JobId, ShardKey } from '../core/keys.ts'
import { parseSortKey } from '../core/keys.ts'
import { isDead, type ShardState } from '../core/state.ts'
import { bucketOf, bucketWidth } from '../core/window.ts'
import type { StartCounting, WorkMessage } from '../ports/queues.ts'
import type { Context } from './context.ts'
import { type OwnRun, pass } from './pass.ts'
import { describe, readJob, refuse, retire } from './retire.ts'

export type TaskOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly error: string }
  /** The job can never run: its payload does not match. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** This worker does not know the job's task, or knows it for another queue. A worker of a newer deploy may. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Runs the user's handler. Never throws. */
export type RunTask = (job: Job) => Promise<TaskOutcome>

/** The invocation of the worker's Lambda function. */
export interface Invocation {
  /** Until Lambda stops the invocation, whatever it does. */
  remaining_ms(): number
  /** The message has been delivered before. */
  readonly redelivered: boolean
}

/** Clocks of two machines differ by less than this. Amazon Time Sync keeps Lambda's within milliseconds. */
export const CLOCK_SKEW_MS = 5000
/** What finishing a job takes: the writes, and the retries of those writes. */
const FINISHING_MS = 3000

interface Running extends Holder {
  readonly shard: ShardKey
  readonly job: Job | undefined
  /** Whether others waited for a slot when this one was taken. */
  readonly othersWait: boolean
}

export async function execute(
  context: Context,
  message: WorkMessage,
  invocation: Invocation,
  runTask: RunTask,
): Promise<void> {
  let running = await start(context, message, invocation)
  while (running) {
    await finishJob(context, running, runTask)
    running = await freeSlot(context, running, invocation)
  }
}

async function start(
  context: Context,
  message: WorkMessage,
  invocation: Invocation,
): Promise<Running | undefined> {
  const { store, clock, random, logger } = context
  const position = parseSortKey(message.sk)
  if (!position.ok) {
    logger.error('work message refused', { reason: position.reason })
    return undefined
  }
  const { id } = position.value
  const token = random.token() as Holder['token']
  const startedAt = clock.now()
  const bucket = bucketOf(startedAt, message.rate?.bucket_ms ?? bucketWidth(undefined))
  const run = { token, deadline: deadlineOf(context, invocation), bucket }
  const [outcome, item] = await Promise.all([
    store.states.start(message.pk, { id, token: message.token }, run),
    store.jobs.get({ pk: message.pk, sk: message.sk }),
  ])
  if (outcome.kind === 'refused') return notStarted(context, message.pk, id, outcome.state, invocation)
  const job = item && (await readJob(context, item))
  const running: Running = { shard: message.pk, id, token, job, othersWait: outcome.state.waiting }
  if (await countLateStart(context, message.pk, startedAt, message.rate)) return running
  return takeNext(context, running, invocation, running)
}

/** Somebody else has started it, or it is over. If this message came back, its first receiver may have died. */
async function notStarted(
  context: Context,
  shard: ShardKey,
  id: JobId,
  state: ShardState | undefined,
  invocation: Invocation,
): Promise<undefined> {
  const slot = state?.slots[id]
  if (invocation.redelivered || (slot && isDead(slot, context.clock.now()))) await pass(context, { shard })
  return undefined
}

/** Lambda ends the invocation before this time, so no run outlives its slot and no heartbeat is needed. */
const deadlineOf = ({ clock }: Context, invocation: Invocation): number =>
  clock.now() + Math.ceil(invocation.remaining_ms()) + CLOCK_SKEW_MS

/**
 * A slow write puts the handler's beginning behind the start on record: it is counted again, where it belongs.
 * False where the record may have been forgotten before that, and another job may have had the start: then the
 * handler must not begin.
 */
async function countLateStart(
  { store, clock }: Context,
  shard: ShardKey,
  startedAt: number,
  rate: StartCounting | undefined,
): Promise<boolean> {
  let counted = startedAt
  while (rate && clock.now() - counted > Math.max(1, rate.margin_ms / 2)) {
    const onRecord = counted
    // As far ahead as the last write was late: however slow the writes are, one of them is in time.
    counted = 2 * clock.now() - counted
    await store.states.remember(shard, bucketOf(counted, rate.bucket_ms))
    // Half of it is left for what clocks differ.
    if (clock.now() - onRecord > rate.kept_ms / 2) return false
  }
  return true
}

/** Ends the job, so that it is not seen any more when its slot becomes free. */
async function finishJob(context: Context, { job }: Running, runTask: RunTask): Promise<void> {
  if (!job) return // taken away while its message was on the way
  context.logger.debug('job started', describe(job))
  const outcome = await runTask(job)
  switch (outcome.kind) {
    case 'succeeded':
      return context.store.jobs.remove(job.key)
    case 'failed':
      return retire(context, job, outcome.error)
    case 'unknown':
    case 'refused':
      return refuse(context, job.item, outcome.reason)
  }
}

/** Where others wait, freeing the slot and taking it for the next job is one write. */
async function freeSlot(
  context: Context,
  running: Running,
  invocation: Invocation,
): Promise<Running | undefined> {
  const { shard, id, token, othersWait } = running
  const released: Holder = { id, token }
  if (othersWait) return takeNext(context, running, invocation, released)
  const outcome = await context.store.states.release(shard, released)
  return outcome.state?.waiting ? takeNext(context, running, invocation) : undefined
}

async function takeNext(
  context: Context,
  { shard, job }: Running,
  invocation: Invocation,
  released?: Holder,
): Promise<Running | undefined> {
  const inTime = job !== undefined && invocation.remaining_ms() >= job.queue.timeout_ms + FINISHING_MS
  const runUntil = inTime ? { runUntil: deadlineOf(context, invocation) } : {}
  const own = await pass(context, { shard, ...(released ? { released } : {}), ...runUntil })
  if (!own) return undefined
  const next = fromOwn(shard, own)
  if (await countLateStart(context, shard, own.startedAt, own.rate)) return next
  await pass(context, { shard, released: next })
  return undefined
}

const fromOwn = (shard: ShardKey, { claim, state }: OwnRun): Running => ({
  shard,
  id: claim.job.id,
  token: claim.slot.token,
  job: claim.job,
  othersWait: state.waiting,
})
