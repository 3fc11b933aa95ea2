/** A twin, another item with the same id, may stand exactly where a job is to go: then it goes there a millisecond later. */
import type { JobItem } from '../core/job/job.ts'
import { aMillisecondLater } from '../core/job/requeue.ts'

/** @param write puts the job, unless its key is occupied. Called until it has found a key that is free. */
export async function underFreeKey<Outcome extends string>(
  job: JobItem,
  write: (job: JobItem) => Promise<Outcome>,
): Promise<Exclude<Outcome, 'occupied'>> {
  for (let next = job; ; next = aMillisecondLater(next)) {
    const outcome = await write(next)
    if (isFinal(outcome)) return outcome
  }
}

const isFinal = <Outcome extends string>(outcome: Outcome): outcome is Exclude<Outcome, 'occupied'> =>
  outcome !== 'occupied'
