/** Runs a user's handler for a job: looks up the task, checks the payload, watches the time. */

import type { TaskOutcome } from '../core/job/ending.ts'
import type { Job } from '../core/job/job.ts'
import { clip } from '../core/text/clip.ts'
import type { Logger } from '../ports/logger.ts'
import type { RunTask } from '../use-cases/attempt/execute.ts'
import type { Look } from '../use-cases/attempt/watch.ts'
import { cancelSignal } from './cancel-signal.ts'
import { infoOf, type LoggerFor } from './job-info.ts'
import { batchRunner } from './run-batch.ts'
import { type Task, validatePayload } from './task.ts'
import { outcomeOfThrown } from './thrown.ts'

export function taskRunner(tasks: readonly Task[], loggerFor: LoggerFor): RunTask {
  const byName = new Map(tasks.map((task) => [task.name, task]))
  const taskOf = (job: Job): Task | TaskOutcome => {
    const task = byName.get(job.task)
    if (!task)
      return unknown(`there is no task "${clip(job.task)}"; the worker has: ${[...byName.keys()].join(', ')}`)
    if (task.queue !== job.queue.name)
      return unknown(`task "${task.name}" belongs to queue "${task.queue}", not to "${job.queue.name}"`)
    return task
  }
  const runOne = async (job: Job, look?: Look) => {
    const task = taskOf(job)
    return 'kind' in task ? task : runChecked(task, job, loggerFor(job), look)
  }
  return Object.assign(runOne, { batch: batchRunner(taskOf, loggerFor) })
}

/** Not refused: during a deploy a job may be ahead of the worker that gets it. */
const unknown = (reason: string): TaskOutcome => ({ kind: 'unknown', reason })

/**
 * After `timeout`, or when the job is cancelled, the signal is aborted, and it is up to the handler: if it then throws, the
 * attempt has failed; if it still returns, its work has been done, and so is the job.
 */
async function runChecked(task: Task, job: Job, logger: Logger, look?: Look): Promise<TaskOutcome> {
  const timeout = AbortSignal.timeout(job.queue.timeout_ms)
  const cancelled = cancelSignal(look, job.queue.timeout_ms)
  const signal = AbortSignal.any([timeout, cancelled.signal])
  try {
    // Copies: what schema and handler change is theirs, for the job is written back as it came if the attempt fails.
    const payload = await validatePayload(task, structuredClone(job.payload))
    if (!payload.ok) return { kind: 'refused', reason: `payload: ${payload.issues.join('; ')}` }
    await task.handler({ payload: payload.value, job: infoOf(job), signal, logger })
    return { kind: 'succeeded' }
  } catch (error) {
    return outcomeOfThrown(error, job, timeout.aborted)
  } finally {
    cancelled.stop()
  }
}
