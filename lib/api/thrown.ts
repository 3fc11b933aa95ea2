/** What becomes of a job whose handler has thrown something. */
import type { TaskOutcome } from '../core/job/ending.ts'
import type { Job } from '../core/job/job.ts'
import { partsOfLane } from '../core/limits/lane.ts'
import { type LimiterId, type LimiterName, limiterIdSchema } from '../core/limits/limiter-name.ts'
import { limiterNameOf } from '../core/queue/rate-rule.ts'
import { RetryAfterError } from './retry-after.ts'
import { textOf } from './thrown-text.ts'

type RetryAfterLike = { readonly until: unknown; readonly reason: unknown; readonly limiter?: unknown }

/** Never throws, whatever has been thrown: other jobs may be in the same batch. */
export function outcomeOfThrown(thrown: unknown, job: Job, isLate: boolean): TaskOutcome {
  const late = isLate ? `timed out after ${job.queue.timeout_ms} ms: ` : ''
  return slowedIfAsked(thrown, job) ?? { kind: 'failed', error: late + textOf(thrown, 'the handler') }
}

/** What answers a look with an error has asked for nothing. */
function slowedIfAsked(thrown: unknown, job: Job): TaskOutcome | undefined {
  try {
    return isRetryAfter(thrown) ? slowedBy(thrown, job) : undefined
  } catch {
    return undefined
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
