/** Calls the handler of a batch: one call, and an outcome for each of its jobs. */
import type { TaskOutcome } from '../core/job/ending.ts'
import type { Job } from '../core/job/job.ts'
import type { RunTask } from '../use-cases/attempt/execute.ts'
import { type BatchTask, type ItemOutcome, isBatchTask, outcomesOf } from './batch-task.ts'
import { infoOf, type LoggerFor } from './job-info.ts'
import { type Task, validatePayload } from './task.ts'
import { outcomeOfThrown } from './thrown.ts'

type TaskOf = (job: Job) => Task | TaskOutcome

/** All jobs of a batch have one task: that of the first. */
export const batchRunner =
  (taskOf: TaskOf, loggerFor: LoggerFor): NonNullable<RunTask['batch']> =>
  async (jobs) => {
    const [first] = jobs
    if (!first) return []
    const task = taskOf(first)
    if ('kind' in task) return jobs.map(() => task)
    if (!isBatchTask(task)) return jobs.map(() => takesOne(task))
    return runChecked(task, jobs, loggerFor)
  }

/** Not refused: a newer worker may have the task that the configuration means. */
const takesOne = ({ name, queue }: Task): TaskOutcome => ({
  kind: 'unknown',
  reason: `queue "${queue}" has batches, and task "${name}" takes one job: define it with defineBatchTask`,
})

interface Checked {
  readonly job: Job
  readonly payload: unknown
}

/** A payload that does not match the schema is refused, and the others do not suffer for it. */
async function runChecked(
  task: BatchTask,
  jobs: readonly Job[],
  loggerFor: LoggerFor,
): Promise<readonly TaskOutcome[]> {
  const outcomes = new Map<Job, TaskOutcome>()
  const checked: Checked[] = []
  for (const job of jobs) {
    const seen = await check(task, job)
    if ('kind' in seen) outcomes.set(job, seen)
    else checked.push(seen)
  }
  for (const [job, outcome] of await call(task, checked, loggerFor)) outcomes.set(job, outcome)
  return jobs.map((job) => outcomes.get(job) ?? { kind: 'succeeded' })
}

/** Schemas may throw, too. */
async function check(task: BatchTask, job: Job): Promise<Checked | TaskOutcome> {
  try {
    const payload = await validatePayload(task, structuredClone(job.payload))
    if (payload.ok) return { job, payload: payload.value }
    return { kind: 'refused', reason: `payload: ${payload.issues.join('; ')}` }
  } catch (error) {
    return outcomeOfThrown(error, job, false)
  }
}

/** What is thrown has happened to all of them. */
async function call(
  task: BatchTask,
  checked: readonly Checked[],
  loggerFor: LoggerFor,
): Promise<[Job, TaskOutcome][]> {
  const [first] = checked
  if (!first) return []
  const signal = AbortSignal.timeout(first.job.queue.timeout_ms)
  const each = (of: (index: number) => ItemOutcome): [Job, TaskOutcome][] =>
    checked.map(({ job }, index) => [job, outcomeOf(of(index), job, signal.aborted)])
  try {
    const results = await task.runBatch({
      payloads: checked.map(({ payload }) => payload),
      jobs: checked.map(({ job }) => infoOf(job)),
      signal,
      logger: loggerFor(first.job),
    })
    const outcomes = outcomesOf(results, checked.length)
    return each((index) => outcomes[index] ?? {})
  } catch (error) {
    return each(() => ({ error: error ?? new Error('the handler of a batch threw nothing') }))
  }
}

const outcomeOf = ({ error }: ItemOutcome, job: Job, isLate: boolean): TaskOutcome =>
  error === undefined ? { kind: 'succeeded' } : outcomeOfThrown(error, job, isLate)
