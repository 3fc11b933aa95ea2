/** What becomes of a job whose attempt failed: another attempt, or the dead letters. */
import { retryDelay } from '../core/backoff.ts'
import { deadLetterOf } from '../core/dead-letter.ts'
import { type Job, nextAttempt, parseJob, type RawItem } from '../core/job.ts'
import type { Context } from './context.ts'

/**
 * One transaction, so that the job is never in two places and never in none. If it is gone, somebody did this
 * before us (or our own reply got lost), and all is well.
 */
export async function retire(context: Context, job: Job, error: string): Promise<void> {
  const { store, clock, random, logger } = context
  const now = clock.now()
  if (job.attempt >= job.queue.retry.attempts) {
    logger.error('job exhausted its attempts', { ...describe(job), error })
    await store.jobs.bury(job.key, deadLetterOf(job.item, 'exhausted', error, now))
    return
  }
  const delay_ms = retryDelay(job.queue.retry, job.attempt, random.number())
  logger.warn('attempt failed', { ...describe(job), error, delay_ms })
  let outcome = await store.jobs.replace(job.key, nextAttempt(job, now + delay_ms))
  // A twin, another item with the same id, may stand exactly there: then a millisecond later.
  for (let runAt = Math.max(now + delay_ms, job.runAt + 1) + 1; outcome === 'occupied'; runAt++)
    outcome = await store.jobs.replace(job.key, nextAttempt(job, runAt))
}

/** Moves an item that can never run to the dead letters, with a reason that a person understands. */
export async function refuse(context: Context, item: RawItem, reason: string): Promise<void> {
  context.logger.error('job refused', { pk: item.pk, sk: item.sk, reason })
  await context.store.jobs.bury(item, deadLetterOf(item, 'refused', reason, context.clock.now()))
}

/** The job that an item stands for; an item that stands for none is refused. */
export async function readJob(context: Context, item: RawItem): Promise<Job | undefined> {
  const job = parseJob(context.config, item)
  if (job.ok) return job.value
  await refuse(context, item, job.reason)
  return undefined
}

export const describe = (job: Job): Readonly<Record<string, unknown>> => ({
  shard: job.key.pk,
  job: job.id,
  task: job.task,
  attempt: job.attempt,
})
