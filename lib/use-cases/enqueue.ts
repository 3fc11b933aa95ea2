/** Writes many jobs. What the database does not take at once is offered again. */
import pRetry from 'p-retry'
import { EnqueueIncompleteError } from '../core/errors.ts'
import type { JobItem } from '../core/job.ts'
import type { Store } from '../ports/store.ts'

/** DynamoDB takes 25 items a call. */
const BATCH = 25
const BATCHES_AT_ONCE = 8
const RETRIES = 8

export async function putAll(store: Pick<Store, 'jobs'>, items: readonly JobItem[]): Promise<void> {
  // One call may not name a key twice; the same key is the same job.
  const jobs = [...new Map(items.map((item) => [`${item.pk}\n${item.sk}`, item])).values()]
  const batches = Array.from({ length: Math.ceil(jobs.length / BATCH) }, (_, n) =>
    jobs.slice(n * BATCH, (n + 1) * BATCH),
  )
  const unwritten: JobItem[] = []
  const waiting = batches.values()
  const lane = async () => {
    for (const batch of waiting) unwritten.push(...(await putBatch(store, batch)))
  }
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, lane))
  if (unwritten.length > 0) throw new EnqueueIncompleteError(unwritten)
}

/** Returns what was not taken in the end. */
async function putBatch(
  { jobs }: Pick<Store, 'jobs'>,
  batch: readonly JobItem[],
): Promise<readonly JobItem[]> {
  let left = batch
  const attempt = async () => {
    left = await jobs.putBatch(left)
    if (left.length > 0) throw new EnqueueIncompleteError(left)
  }
  try {
    await pRetry(attempt, { retries: RETRIES, minTimeout: 50, maxTimeout: 5000, randomize: true })
    return []
  } catch {
    return left
  }
}
