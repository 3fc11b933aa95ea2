/** Runs a user's handler for a job: looks up the task, checks the payload, watches the time. */

import type { TaskOutcome } from '../core/job/ending.ts'
import type { Job } from '../core/job/job.ts'
import { partsOfLane } from '../core/limits/lane.ts'
import { type LimiterId, type LimiterName, limiterIdSchema } from '../core/limits/limiter-name.ts'
import { limiterNameOf } from '../core/queue/rate-rule.ts'
import { clip } from '../core/text/clip.ts'
import { decodePartition } from '../core/text/partition-value.ts'
import type { Logger } from '../ports/logger.ts'
import type { RunTask } from '../use-cases/attempt/execute.ts'
import type { Look } from '../use-cases/attempt/watch.ts'
import { cancelSignal } from './cancel-signal.ts'
import { RetryAfterError } from './retry-after.ts'
import { type JobInfo, type Task, validatePayload } from './task.ts'

type RetryAfterLike = { readonly until: unknown; readonly reason: unknown; readonly limiter?: unknown }

export type LoggerFor = (job: Job) => Logger

export function taskRunner(tasks: readonly Task[], loggerFor: LoggerFor): RunTask {
  const byName = new Map(tasks.map((task) => [task.name, task]))
  return async (job, look) => {
    const task = byName.get(job.task)
    if (!task)
      return unknown(`there is no task "${clip(job.task)}"; the worker has: ${[...byName.keys()].join(', ')}`)
    if (task.queue !== job.queue.name)
      return unknown(`task "${task.name}" belongs to queue "${task.queue}", not to "${job.queue.name}"`)
    return runChecked(task, job, loggerFor(job), look)
  }
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
    if (isRetryAfter(error)) return slowedBy(error, job)
    const late = timeout.aborted ? `timed out after ${job.queue.timeout_ms} ms: ` : ''
    return { kind: 'failed', error: late + textOf(error) }
  } finally {
    cancelled.stop()
  }
}

/**
 * Of another class with that name they may be anything. A limiter that does not cover the job is none that it could speak for:
 * its partition is slowed down, and the reason says so.
 */
function slowedBy({ until, reason, limiter }: RetryAfterLike, job: Job): TaskOutcome {
  const name = isLimiterId(limiter) ? limiterNameOf({ [job.queue.name]: job.queue }, limiter) : undefined
  const text = typeof reason === 'string' ? reason : ''
  const isCovered = name !== undefined && isCoveredBy(job, name)
  return {
    kind: 'slowed',
    until:
      typeof until === 'number' && !Number.isNaN(until) ? until : new RetryAfterError(dateOr(until)).until,
    reason: name && !isCovered ? `${text} (no limiter of queue ${job.queue.name} is ${name})` : text,
    ...(isCovered ? { limiter: name } : {}),
  }
}

const dateOr = (until: unknown) => (until instanceof Date ? until : undefined)

const isLimiterId = (value: unknown): value is LimiterId => limiterIdSchema.safeParse(value).success

function isCoveredBy({ queue, shard }: Job, name: LimiterName): boolean {
  const parts = shard.lane === undefined ? undefined : partsOfLane(shard.lane)
  const ofLane = parts?.ok ? parts.value : []
  const ofQueue = [...queue.limiters, ...queue.rates].map((one) => one.name)
  return [...ofQueue, ...ofLane.map((part) => part.limiter)].includes(name)
}

/** By its name: a bundle may hold the class twice. */
const isRetryAfter = (error: unknown): error is Error & RetryAfterLike =>
  error instanceof Error && error.name === 'RetryAfterError' && 'until' in error && 'reason' in error

const infoOf = (job: Job): JobInfo => ({
  id: job.id,
  queue: job.queue.name,
  ...(job.shard.partition === undefined ? {} : { partition: decodePartition(job.shard.partition) }),
  priority: job.priority,
  runAt: new Date(job.runAt),
  attempt: job.attempt,
  maxAttempts: job.queue.retry.attempts,
  ...(job.meta ? { meta: structuredClone(job.meta) } : {}),
})

/** Handlers may throw anything. */
function textOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return String(thrown)
    const why = thrown.cause instanceof Error ? ` (${thrown.cause.message})` : ''
    return `${thrown.name}: ${thrown.message}${why}`
  } catch {
    return 'the handler threw something that cannot be written as text'
  }
}
