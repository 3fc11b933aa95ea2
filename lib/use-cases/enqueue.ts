/** Writes many jobs. What the database does not take at once is offered again. */
import pRetry, { AbortError } from 'p-retry'
import { forEachAtOnce } from '../core/at-once.ts'
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
  const failures: EnqueueIncompleteError<JobItem>[] = []
  await forEachAtOnce(batches, BATCHES_AT_ONCE, (batch) =>
    putBatch(store, batch).catch((failure) => failures.push(failure)),
  )
  if (failures.length === 0) return
  const unwritten = failures.flatMap((failure) => failure.unwritten)
  throw new EnqueueIncompleteError(unwritten, { cause: failures[0]?.cause })
}

/** Only what the database has no room for at the moment is offered again; its client has tried everything else. */
async function putBatch({ jobs }: Pick<Store, 'jobs'>, batch: readonly JobItem[]): Promise<void> {
  let left = batch
  const attempt = async () => {
    try {
      left = await jobs.putBatch(left)
    } catch (cause) {
      throw new AbortError(new EnqueueIncompleteError(left, { cause }))
    }
    if (left.length > 0) throw new EnqueueIncompleteError(left)
  }
  await pRetry(attempt, { retries: RETRIES, minTimeout: 50, maxTimeout: 5000, randomize: true })
}
