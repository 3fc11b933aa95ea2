/** What becomes of a job after an attempt. One value, one transaction, one event. */

import type { Counted } from '../limits/adaptive.ts'
import type { LimiterName } from '../limits/queue-limiter.ts'
import { boundedReason, boundedUntil } from '../limits/slow-down.ts'
import { retryDelay } from '../queue/backoff.ts'
import { unknownDelay } from '../queue/unknown.ts'
import { UNKNOWN_FOR_MS } from '../times.ts'
import { contentOf } from './content.ts'
import { type Cancelled, cancelled, type Doom, type Expired } from './doom.ts'
import { type Job, type JobItem, keyOf } from './job.ts'

/** What the user's handler came to, or why it was not called. */
export type TaskOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly error: string }
  /** The service that it calls has asked to be called again at `until` (epoch ms), and not before. */
  | {
      readonly kind: 'slowed'
      readonly until: number
      readonly reason: string
      /** Of the queue's limiters, the one that it speaks of; absent for the partition. */
      readonly limiter?: LimiterName
    }
  /** The job can never run: its payload is gone, or does not match its task's schema. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** This worker does not know the job's task, or cannot read its payload. A newer one may, or a later one. */
  | { readonly kind: 'unknown'; readonly reason: string }

export type AttemptOutcome =
  | TaskOutcome
  /** The attempt's deadline has passed, and its worker has said nothing. `shared`: others ran in the same process. */
  | { readonly kind: 'died'; readonly shared: boolean }
  /** It was not to start any more. */
  | { readonly kind: 'doomed'; readonly doom: Doom }

export type Ending = Done | Retry | GivenBack | Slowed | Exhausted | Refused | Expired | Cancelled

export interface Done {
  readonly kind: 'done'
}
/** The next attempt, not before `at` (epoch ms). */
export interface Retry {
  readonly kind: 'retry'
  readonly at: number
  readonly error: string
}
/** The same attempt again, not before `at` (epoch ms): nothing is spent. */
export type GivenBack = { readonly kind: 'given back'; readonly at: number; readonly error: string } & (
  | {
      readonly to: 'a newer worker'
      /** Epoch ms since which no worker has known its task, or could read its payload. */
      readonly unknownSince: number
    }
  | { readonly to: 'a process of its own' }
)
/** It stands where it stood, with nothing spent, and its partition starts nothing before `until` (epoch ms). */
export interface Slowed {
  readonly kind: 'slowed'
  readonly until: number
  readonly error: string
  /** In place of its partition nothing that needs this limiter starts before that. */
  readonly limiter?: LimiterName
}
/** The dead letters: its last attempt failed. */
export interface Exhausted {
  readonly kind: 'dead'
  readonly reason: 'exhausted'
  readonly error: string
}
/** The dead letters: it could never have run. The one ending that an item which is no job can have, too. */
export interface Refused {
  readonly kind: 'dead'
  readonly reason: 'refused'
  readonly error: string
}

/** What it says of the service that the job calls: nothing, if the job has not called it, or was asked to come again. */
export function countedAs(ending: Ending): Counted | undefined {
  if (ending.kind === 'done') return 'ok'
  const hasFailed = ending.kind === 'retry' || (ending.kind === 'dead' && ending.reason === 'exhausted')
  return hasFailed ? 'failed' : undefined
}

const WORKER_DIED =
  'the worker stopped before the handler finished: it ran into the function timeout, crashed or ran out of memory'

/**
 * @param now epoch ms
 * @param random from 0 (inclusive) to 1 (exclusive): where in its jitter the backoff ends
 */
export function endingOf(job: Job, outcome: AttemptOutcome, now: number, random: number): Ending {
  if (outcome.kind === 'doomed') return outcome.doom
  if (outcome.kind === 'succeeded') return { kind: 'done' }
  if (job.cancellation) return cancelled(job.cancellation, errorOf(outcome))
  switch (outcome.kind) {
    case 'failed':
      return retryOrExhausted(job, outcome.error, now, random)
    case 'slowed':
      return slowed(outcome, now)
    case 'refused':
      return refusal(outcome.reason)
    case 'unknown':
      return leftToNewerWorker(job, outcome.reason, now)
    case 'died':
      return afterDeath(job, outcome.shared, now, random)
  }
}

const slowed = (
  { until, reason, limiter }: Extract<TaskOutcome, { kind: 'slowed' }>,
  now: number,
): Slowed => ({
  kind: 'slowed',
  until: boundedUntil(until, now),
  error: boundedReason(reason),
  ...(limiter ? { limiter } : {}),
})

function errorOf(outcome: Exclude<AttemptOutcome, { kind: 'succeeded' | 'doomed' }>): string {
  if (outcome.kind === 'died') return WORKER_DIED
  return outcome.kind === 'failed' ? outcome.error : outcome.reason
}

export const refusal = (error: string): Refused => ({ kind: 'dead', reason: 'refused', error })

function retryOrExhausted(job: Job, error: string, now: number, random: number): Retry | Exhausted {
  const isLast = job.attempt >= job.queue.retry.attempts || job.schedule?.onFailure === 'commit'
  if (isLast) return { kind: 'dead', reason: 'exhausted', error }
  return { kind: 'retry', at: nextTickOf(job, now) ?? backedOff(job, now, random), error }
}

/**
 * For a job that waits for the next tick of its schedule. One that has outlived all that it knows of is tried as any other. The tick for which
 * it has waited already is over, also by a clock that is behind.
 */
const nextTickOf = ({ schedule, runAt }: Job, now: number): number | undefined =>
  schedule?.onFailure === 'wait' ? schedule.next.find((at) => at > Math.max(now, runAt)) : undefined

const backedOff = ({ queue, attempt }: Job, now: number, random: number): number =>
  now + retryDelay(queue.retry, attempt, random)

/** Soon at first, then less and less often. After a day no deploy is under way any more. */
function leftToNewerWorker(job: Job, error: string, now: number): GivenBack | Refused {
  const unknownSince = job.unknownSince ?? now
  if (now - unknownSince >= UNKNOWN_FOR_MS) return refusal(`${error}, for a day`)
  const at = now + unknownDelay(unknownSince, now)
  return { kind: 'given back', to: 'a newer worker', unknownSince, at, error }
}

/** One of the jobs has killed the process they shared: each is tried again by itself, and the others have spent nothing. */
function afterDeath(job: Job, shared: boolean, now: number, random: number): Ending {
  if (!shared || job.alone) return retryOrExhausted(job, WORKER_DIED, now, random)
  const at = backedOff(job, now, random)
  return { kind: 'given back', to: 'a process of its own', at, error: WORKER_DIED }
}

/**
 * The item that takes the job's place. Its key is a later one, so that no ending happens twice: the second to try finds
 * the old item gone.
 */
export function successorOf(job: Job, ending: Retry | GivenBack): JobItem {
  const { unknownSince: _, ...item } = job.item
  const runAt = Math.max(ending.at, job.runAt + 1)
  const key = keyOf(job.key.pk, { ...job, runAt })
  return { ...item, ...key, ...contentOf(job), ...changesOf(job, ending) }
}

function changesOf(job: Job, ending: Retry | GivenBack): Pick<JobItem, 'attempt' | 'unknownSince' | 'alone'> {
  if (ending.kind === 'retry') return { attempt: job.attempt + 1 }
  if (ending.to === 'a newer worker') return { unknownSince: ending.unknownSince }
  return { alone: true }
}
