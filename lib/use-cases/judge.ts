/** The job that an item stands for. What can never run goes to the dead letters; what another version knows stays. */
import { type Job, parseJob, type RawItem } from '../core/job/job.ts'
import type { RawKey } from '../ports/store.ts'
import type { Context } from './context.ts'
import { refuse } from './end.ts'

/** An item that somebody corrects again and again is left to the next pass. */
const MAX_JUDGEMENTS = 10

/** The job, unless the item is refused, gone, or left to a newer configuration. What took its place is judged anew. */
export async function judgeItem(context: Context, item: RawItem): Promise<Job | undefined> {
  let standing: RawItem | undefined = item
  for (let judged = 0; standing && judged < MAX_JUDGEMENTS; judged++) {
    const job = parseJob(context.config, standing)
    if (job.ok) return job.value
    if (job.isUnknown) return undefined
    // When the deploy has ended, or was rolled back, the sweep brings it to whoever decides then.
    if (job.byConfiguration && !(await context.deployment.isAlone())) return undefined
    if ((await refuse(context, standing, job.reason)) !== 'changed') return undefined
    standing = await context.store.jobs.get(standing)
  }
  return undefined
}

/** Judges what stands under a key now, whatever stood there when the key was read. */
export async function judgeStanding(context: Context, key: RawKey): Promise<Job | undefined> {
  const item = await context.store.jobs.get(key)
  return item && judgeItem(context, item)
}
