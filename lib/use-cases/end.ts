/** Carries out what becomes of a job: one write, so that it is never in two places and never in none, and one event. */

import { deadLetterOf } from '../core/job/dead-letter.ts'
import { cancelled } from '../core/job/doom.ts'
import { type Ending, type Refused, refusal, type Slowed, successorOf } from '../core/job/ending.ts'
import { isSameItem, type Job, parseJob, type RawItem } from '../core/job/job.ts'
import { waitOf } from '../core/job/wait.ts'
import type { JobStore, NotThere } from '../ports/store.ts'
import type { Context } from './context.ts'
import { underFreeKey } from './free-key.ts'
import { rememberEnded } from './remember-ended.ts'
import { afterEnd } from './schedules/after-end.ts'

/**
 * `gone`: somebody has ended it before us (or the reply to our own write got lost), or the job was taken away; all is
 * well. `stands`: it is slowed down, and the write that frees its slot says the rest. `changed`: another item stands in its place, which has not run. Nothing was written then, and nothing is said.
 */
export type EndOutcome = 'ended' | 'stands' | NotThere

/** What is written of the job itself. */
type Written = Exclude<Ending, Refused | Slowed>

export async function end(context: Context, job: Job, ending: Ending): Promise<EndOutcome> {
  if (ending.kind === 'dead' && ending.reason === 'refused') return refuseJob(context, job, ending)
  if (ending.kind === 'slowed') {
    context.events.emit({ kind: 'job slowed down', job, ending })
    return 'stands'
  }
  const { clock, events } = context
  const endedAt = clock.now()
  const outcome = await writeAndRemember(context, job, ending, endedAt).catch((error: unknown) => {
    events.emit({ kind: 'job not ended', job, ending, error })
    throw error
  })
  if (outcome === 'ended') events.emit({ kind: 'job ended', job, ending, endedAt })
  // Gone by this very write, perhaps, whose reply was lost: nobody else sees to its schedule then.
  if (outcome === 'ended' || outcome === 'gone') await afterEnd(context, job, ending)
  if (outcome !== 'changed' || ending.kind === 'done') return outcome
  // Whoever has cancelled it since it was read was told that it ends: no attempt may follow.
  const marked = await cancelledSince(context, job)
  return marked?.cancellation ? end(context, marked, cancelled(marked.cancellation, ending.error)) : outcome
}

/**
 * Whoever dies between the record of a job that is done and its deletion leaves a job that runs again, and is remembered anew. Of a
 * dead one its letter says all, so that comes first.
 */
async function writeAndRemember(
  context: Context,
  job: Job,
  ending: Written,
  endedAt: number,
): Promise<EndOutcome> {
  if (ending.kind === 'done')
    await rememberEnded(context, job, ending, { endedAt, since: job.startedAt ?? endedAt })
  const outcome = await write(context.store.jobs, job, ending, endedAt)
  if (outcome === 'ended' && ending.kind === 'dead')
    await rememberEnded(context, job, ending, { endedAt, since: endedAt })
  return outcome
}

async function cancelledSince({ config, store }: Context, job: Job): Promise<Job | undefined> {
  const item = await store.jobs.get(job.key)
  const standing =
    item && !job.cancellation && isSameItem(item, job.item) ? parseJob(config, item) : undefined
  return standing?.ok ? { ...standing.value, ...beginningOf(job) } : undefined
}

async function refuseJob(context: Context, job: Job, ending: Refused): Promise<EndOutcome> {
  const outcome = await refuse(context, job.item, ending.error)
  const endedAt = context.clock.now()
  if (outcome === 'ended') await rememberEnded(context, job, ending, { endedAt, since: endedAt })
  return outcome
}

/** What stands in no item. */
const beginningOf = ({ startedAt, waits_ms }: Job): Pick<Job, 'startedAt' | 'waits_ms'> => ({
  ...(startedAt === undefined ? {} : { startedAt }),
  ...(waits_ms ? { waits_ms } : {}),
})

/** The one ending of an item that stands for no job. The reason is one that a person understands. */
export async function refuse(context: Context, item: RawItem, reason: string): Promise<EndOutcome> {
  const { store, clock, events } = context
  const outcome = outcomeOf(await store.jobs.bury(item, letterOf(item, refusal(reason), clock.now())))
  if (outcome === 'ended') events.emit({ kind: 'item refused', key: { pk: item.pk, sk: item.sk }, reason })
  return outcome
}

async function write(jobs: JobStore, job: Job, ending: Written, now: number): Promise<EndOutcome> {
  switch (ending.kind) {
    case 'done':
      return outcomeOf(await jobs.remove(job.item))
    case 'retry':
    case 'given back':
      return outcomeOf(
        await underFreeKey(successorOf(job, ending), (successor) => jobs.replace(job.item, successor)),
      )
    case 'dead':
      return outcomeOf(await jobs.bury(job.item, { ...letterOf(job.item, ending, now), ...waitOf(job) }))
  }
}

export const letterOf = (item: RawItem, { reason, error }: Extract<Ending, { kind: 'dead' }>, now: number) =>
  deadLetterOf(item, reason, error, now)

const outcomeOf = (written: 'removed' | 'replaced' | 'buried' | NotThere): EndOutcome =>
  written === 'gone' || written === 'changed' ? written : 'ended'
