/** Runs the jobs of a slot, one or a batch, and ends each, so that none is seen any more when the slot becomes free. */
import { doomOf } from '../../core/job/doom.ts'
import {
  type AttemptOutcome,
  countedAs,
  type Ending,
  endingOf,
  type Slowed,
  type TaskOutcome,
} from '../../core/job/ending.ts'
import type { Job } from '../../core/job/job.ts'
import type { LimiterName } from '../../core/limits/queue-limiter.ts'
import { laterOf, type SlowDown } from '../../core/limits/slow-down.ts'
import type { WorkerContext } from '../context.ts'
import { type EndOutcome, end } from '../end.ts'
import { settleStarts } from './granted-start.ts'
import type { Finished } from './hand-off.ts'
import type { Member, Running } from './invocation.ts'
import { lookAhead } from './look-ahead.ts'
import { mapSideBySide } from './members.ts'
import { CancelWatch, type Look } from './watch.ts'

/** Runs the user's handler, and looks at times whether its job was cancelled. Never throws. */
export interface RunTask {
  (job: Job, look?: Look): Promise<TaskOutcome>
  /** For the jobs of a queue with batches: an outcome for each, in their order. Default: each by itself. */
  readonly batch?: (jobs: readonly Job[]) => Promise<readonly TaskOutcome[]>
}

/** A job whose handler is about to be called, or why it is not. */
interface Begun {
  readonly watch: CancelWatch
  readonly instead?: AttemptOutcome
}
interface Ended {
  readonly ending: Ending
  readonly outcome: EndOutcome
}

/** The first error of the database that an ending met is thrown when all others have been carried out. */
export async function finishJobs(
  context: WorkerContext,
  { jobs, granted, ...running }: Running,
  runTask: RunTask,
): Promise<Finished> {
  const leaves = running.leaves === true
  // Taken away while its message was on the way.
  if (jobs.length === 0) return { jobStands: leaves }
  const startedAt = context.clock.now()
  const begun = jobs.map((member) => beginOne(context, member, startedAt))
  const settled = settleStarts(context, { granted, begunAt: startedAt })
  const called = begun.filter(({ instead }) => !instead)
  const outcomes = await run(called, runTask)
  const looking = lookAhead(context, running)
  const ended = await mapSideBySide(begun, (one) =>
    endOne(context, one.watch.job, one.instead ?? outcomes[called.indexOf(one)] ?? UNSAID),
  )
  const [seen] = await Promise.all([looking, settled])
  const [failed] = ended.filter((one) => 'error' in one)
  if (failed) throw failed.error
  const good = ended.filter((one) => 'ending' in one)
  const finished = finishedBy(good, { leaves, isAdaptive: jobs[0]?.job.queue.adaptive !== undefined })
  return { ...finished, ...(seen ? { seen } : {}) }
}

const UNSAID: AttemptOutcome = { kind: 'failed', error: 'nobody has said what became of it' }

function beginOne(context: WorkerContext, { job, problem }: Member, startedAt: number): Begun {
  const doom = doomOf(job, startedAt)
  // One that is not to start any more has not been started, and says nothing of a wait.
  const begun = doom ? job : { ...job, startedAt }
  if (!doom) context.events.emit({ kind: 'job started', job: begun })
  const watch = new CancelWatch(context, begun)
  const instead = doom ? ({ kind: 'doomed', doom } as const) : problem
  return { watch, ...(instead ? { instead } : {}) }
}

/** Only a job by itself hears that it was cancelled: the others of a batch must not suffer for it. */
async function run(called: readonly Begun[], runTask: RunTask): Promise<readonly TaskOutcome[]> {
  const jobs = called.map(({ watch }) => watch.job)
  const [first] = called
  if (!first) return []
  if (runTask.batch && first.watch.job.queue.batch) return runTask.batch(jobs)
  return Promise.all(called.map(({ watch }) => runTask(watch.job, () => watch.look())))
}

async function endOne(
  context: WorkerContext,
  job: Job,
  attempted: AttemptOutcome,
): Promise<Ended | { readonly error: unknown }> {
  const { clock, random, events } = context
  const ending = endingOf(job, attempted, clock.now(), random.number())
  try {
    const outcome = await end(context, job, ending)
    if (outcome === 'changed') events.emit({ kind: 'job replaced', job, ending })
    if (outcome === 'gone') events.emit({ kind: 'job gone', job, ending })
    return { ending, outcome }
  } catch (error) {
    return { error }
  }
}

interface Circumstances {
  readonly leaves: boolean
  readonly isAdaptive: boolean
}

/** Where another item stands in a job's place by now, that one has not run. */
function finishedBy(ended: readonly Ended[], { leaves, isAdaptive }: Circumstances): Finished {
  const endings = ended.map(({ ending }) => ending)
  const counted = endings.map(countedAs)
  // It has been called once. If it has done anything of that, it works.
  const outcome = counted.includes('ok') ? 'ok' : counted.find((one) => one !== undefined)
  return {
    jobStands: leaves || ended.some((one) => one.outcome === 'changed' || one.outcome === 'stands'),
    ...slowDownsOf(endings.filter((ending) => ending.kind === 'slowed')),
    ...(outcome && isAdaptive ? { outcome } : {}),
  }
}

/** Jobs of a batch may speak of different services: of each the latest time counts. */
function slowDownsOf(slowed: readonly Slowed[]): Pick<Finished, 'slow' | 'slowLimiters'> {
  const latest = new Map<LimiterName | undefined, SlowDown>()
  for (const { limiter, until, error } of slowed)
    latest.set(limiter, laterOf(latest.get(limiter), { until, reason: error }))
  const slow = latest.get(undefined)
  const slowLimiters = [...latest].flatMap(([name, one]) => (name ? [{ name, slow: one }] : []))
  return { ...(slow ? { slow } : {}), ...(slowLimiters.length > 0 ? { slowLimiters } : {}) }
}
