/** What becomes of a job whose attempt failed: another attempt, or the dead letters. */

import { deadLetterOf } from '../core/job/dead-letter.ts'
import { attemptAlone, type Job, type JobItem, nextAttempt, sameAttempt } from '../core/job/job.ts'
import { retryDelay } from '../core/queue/backoff.ts'
import { UNKNOWN_FOR_MS, unknownDelay } from '../core/queue/unknown.ts'
import type { NotThere } from '../ports/store.ts'
import type { Context } from './context.ts'
import { refuse } from './read-job.ts'

/**
 * One transaction, so that the job is never in two places and never in none. If it is gone, somebody did this
 * before us (or our own reply got lost), and all is well.
 */
export async function retire(context: Context, job: Job, error: string): Promise<'retired' | NotThere> {
  const { store, clock, random, logger } = context
  const now = clock.now()
  if (job.attempt >= job.queue.retry.attempts) {
    logger.error('job exhausted its attempts', { ...describe(job), error })
    const outcome = await store.jobs.bury(job.item, deadLetterOf(job.item, 'exhausted', error, now))
    return outcome === 'buried' ? 'retired' : outcome
  }
  const delay_ms = retryDelay(job.queue.retry, job.attempt, random.number())
  logger.warn('attempt failed', { ...describe(job), error, delay_ms })
  return moveTo(context, job, now + delay_ms, (runAt) => nextAttempt(job, runAt))
}

/**
 * Leaves a job whose task this worker does not know to a newer one: it comes back unspent, soon at first and then less
 * and less often. After a day no deploy is under way any more, and it is refused.
 */
export async function leaveToNewerWorker(
  context: Context,
  job: Job,
  reason: string,
): Promise<'retired' | NotThere> {
  const now = context.clock.now()
  const since = job.unknownSince ?? now
  if (now - since >= UNKNOWN_FOR_MS) {
    const outcome = await refuse(context, job.item, `${reason}, for a day`)
    return outcome === 'buried' ? 'retired' : outcome
  }
  const delay_ms = unknownDelay(since, now)
  context.logger.warn('job left to a newer worker', { ...describe(job), reason, delay_ms })
  return moveTo(context, job, now + delay_ms, (runAt) => sameAttempt(job, runAt, since))
}

/** Tries a job again in a process of its own, with nothing spent: it may not be to blame for the end of the last one. */
export function tryAlone(context: Context, job: Job, error: string): Promise<'retired' | NotThere> {
  const { clock, random, logger } = context
  const delay_ms = retryDelay(job.queue.retry, job.attempt, random.number())
  logger.warn('attempt will be made again, alone', { ...describe(job), error, delay_ms })
  return moveTo(context, job, clock.now() + delay_ms, (runAt) => attemptAlone(job, runAt))
}

/** A twin, another item with the same id, may stand exactly there: then a millisecond later. */
async function moveTo(
  { store }: Context,
  job: Job,
  runAt: number,
  at: (runAt: number) => JobItem,
): Promise<'retired' | NotThere> {
  for (let time = Math.max(runAt, job.runAt + 1); ; time++) {
    const outcome = await store.jobs.replace(job.item, at(time))
    if (outcome !== 'occupied') return outcome === 'replaced' ? 'retired' : outcome
  }
}

export const describe = (job: Job): Readonly<Record<string, unknown>> => ({
  shard: job.key.pk,
  job: job.id,
  task: job.task,
  attempt: job.attempt,
})
