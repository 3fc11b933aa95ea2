/** The job that an item stands for. What can never run goes to the dead letters; what another version knows stays. */
import { deadLetterOf } from '../core/job/dead-letter.ts'
import { type Job, parseJob, type RawItem } from '../core/job/job.ts'
import type { NotThere, RawKey } from '../ports/store.ts'
import type { Context } from './context.ts'

/** Whoever corrects an item again and again is left to the next pass. */
const MAX_JUDGEMENTS = 10

/** The job, unless the item is refused, gone, or left to a newer configuration. What took its place is judged anew. */
export async function readJob(context: Context, item: RawItem): Promise<Job | undefined> {
  let standing: RawItem | undefined = item
  for (let judged = 0; standing && judged < MAX_JUDGEMENTS; judged++) {
    const job = parseJob(context.config, standing)
    if (job.ok) return job.value
    if (job.isUnknown) return undefined
    if ((await refuse(context, standing, job.reason)) !== 'changed') return undefined
    standing = await context.store.jobs.get(standing)
  }
  return undefined
}

/** Judges what stands under a key now, whatever stood there when somebody named it. */
export async function readStanding(context: Context, key: RawKey): Promise<Job | undefined> {
  const item = await context.store.jobs.get(key)
  return item && readJob(context, item)
}

/** Moves an item that can never run to the dead letters, with a reason that a person understands. */
export async function refuse(context: Context, item: RawItem, reason: string): Promise<'buried' | NotThere> {
  const letter = deadLetterOf(item, 'refused', reason, context.clock.now())
  const outcome = await context.store.jobs.bury(item, letter)
  if (outcome === 'buried') context.logger.error('job refused', { pk: item.pk, sk: item.sk, reason })
  return outcome
}
