/**
 * The life of a job in a worker: start (prove the claim), run, finish (the job's end first, then its slot), and
 * then the next job of the shard in the same invocation, for a few seconds.
 */
import { doomOf } from '../../core/job/doom.ts'
import { countedAs, endingOf, type Slowed, type TaskOutcome } from '../../core/job/ending.ts'
import type { Job } from '../../core/job/job.ts'
import type { WorkMessage } from '../../ports/queues.ts'
import type { WorkerContext } from '../context.ts'
import { end } from '../end.ts'
import { settleStarts } from './granted-start.ts'
import { type Finished, freeSlot, giveBack } from './hand-off.ts'
import type { Invocation, Running } from './invocation.ts'
import { start } from './start.ts'
import { CancelWatch, type Look } from './watch.ts'

export type { Invocation } from './invocation.ts'

/** Runs the user's handler, and looks at times whether its job was cancelled. Never throws. */
export type RunTask = (job: Job, look?: Look) => Promise<TaskOutcome>

export async function execute(
  context: WorkerContext,
  message: WorkMessage,
  invocation: Invocation,
  runTask: RunTask,
): Promise<void> {
  const begunAt = context.clock.now()
  const started = await start(context, message, invocation)
  if (started.kind === 'stale') return
  if (started.kind === 'unwanted') return giveBack(context, started.running)
  let running: Running | undefined = started.running
  while (running) {
    const finished = await finishJob(context, running, runTask)
    running = await freeSlot(context, { ...running, invocation, begunAt, ...finished })
  }
}

const slowedBy = ({ until, error, limiter }: Slowed): Finished => {
  const slow = { until, reason: error }
  return { jobStands: true, ...(limiter ? { slowLimiter: { name: limiter, slow } } : { slow }) }
}

/** Ends the job, so that it is not seen any more when its slot becomes free. */
async function finishJob(
  context: WorkerContext,
  { job, problem, granted }: Running,
  runTask: RunTask,
): Promise<Finished> {
  if (!job) return { jobStands: false } // taken away while its message was on the way
  const { clock, random, events } = context
  const startedAt = clock.now()
  const doom = doomOf(job, startedAt)
  // One that is not to start any more has not been started, and says nothing of a wait.
  const begun = doom ? job : { ...job, startedAt }
  if (!doom) events.emit({ kind: 'job started', job: begun })
  const settled = settleStarts(context, { granted, begunAt: startedAt })
  const watch = new CancelWatch(context, begun)
  const attempted = doom
    ? ({ kind: 'doomed', doom } as const)
    : (problem ?? (await runTask(job, () => watch.look())))
  const ending = endingOf(watch.job, attempted, clock.now(), random.number())
  const outcome = await end(context, watch.job, ending)
  await settled
  if (outcome === 'changed') events.emit({ kind: 'job replaced', job, ending })
  if (outcome === 'gone') events.emit({ kind: 'job gone', job, ending })
  if (ending.kind === 'slowed') return slowedBy(ending)
  const counted = job.queue.adaptive && countedAs(ending)
  // Another item stands in its place by now: that one has not run.
  const finished = { jobStands: outcome === 'changed' }
  return counted ? { ...finished, outcome: counted } : finished
}
