/** Carries out what becomes of a job: one transaction, so that it is never in two places and never in none. */

import { deadLetterOf } from '../core/job/dead-letter.ts'
import {
  type Ending,
  type Exhausted,
  type GivenBack,
  type Refused,
  type Retry,
  refusal,
  successorOf,
} from '../core/job/ending.ts'
import type { Job, RawItem } from '../core/job/job.ts'
import type { NotThere } from '../ports/store.ts'
import type { Context } from './context.ts'
import { underFreeKey } from './free-key.ts'

/**
 * `gone`: somebody has ended it before us (or the reply to our own write got lost), or the job was taken away; all is
 * well. `changed`: another item stands in its place, which has not run. Nothing was written then.
 */
export type EndOutcome = 'ended' | NotThere

export async function end(context: Context, job: Job, ending: Ending): Promise<EndOutcome> {
  switch (ending.kind) {
    case 'done':
      return finish(context, job)
    case 'retry':
    case 'given back':
      return putBack(context, job, ending)
    case 'dead':
      return ending.reason === 'refused'
        ? refuse(context, job.item, ending.error)
        : exhaust(context, job, ending)
  }
}

/** An item that stands for no job has this ending only. The reason is one that a person understands. */
export async function refuse(context: Context, item: RawItem, reason: string): Promise<EndOutcome> {
  const outcome = await bury(context, item, refusal(reason))
  if (outcome === 'ended') context.logger.error('job refused', { pk: item.pk, sk: item.sk, reason })
  return outcome
}

async function finish({ store, logger }: Context, job: Job): Promise<EndOutcome> {
  const outcome = await store.jobs.remove(job.item)
  if (outcome !== 'removed') return outcome
  logger.debug('job done', describe(job))
  return 'ended'
}

async function putBack(context: Context, job: Job, ending: Retry | GivenBack): Promise<EndOutcome> {
  const delay_ms = ending.at - context.clock.now()
  const outcome = await underFreeKey(successorOf(job, ending), (successor) =>
    context.store.jobs.replace(job.item, successor),
  )
  if (outcome !== 'replaced') return outcome
  context.logger.warn(messageOf(ending), { ...describe(job), ...wordsOf(ending), delay_ms })
  return 'ended'
}

function messageOf(ending: Retry | GivenBack): string {
  if (ending.kind === 'retry') return 'attempt failed'
  return ending.to === 'a newer worker' ? 'job left to a newer worker' : 'attempt will be made again, alone'
}

async function exhaust(context: Context, job: Job, ending: Exhausted): Promise<EndOutcome> {
  const outcome = await bury(context, job.item, ending)
  if (outcome === 'ended')
    context.logger.error('job exhausted its attempts', { ...describe(job), error: ending.error })
  return outcome
}

async function bury(
  { store, clock }: Context,
  item: RawItem,
  { reason, error }: Exhausted | Refused,
): Promise<EndOutcome> {
  const outcome = await store.jobs.bury(item, deadLetterOf(item, reason, error, clock.now()))
  return outcome === 'buried' ? 'ended' : outcome
}

const wordsOf = (ending: Retry | GivenBack) =>
  ending.kind === 'given back' && ending.to === 'a newer worker'
    ? { reason: ending.error }
    : { error: ending.error }

export const describe = (job: Job): Readonly<Record<string, unknown>> => ({
  shard: job.key.pk,
  job: job.id,
  task: job.task,
  attempt: job.attempt,
})
