/** Writes many jobs. What the database does not take immediately is offered again. */
import pRetry, { AbortError } from 'p-retry'
import { EnqueueIncompleteError, InvalidJobError, JobExistsError } from '../core/errors.ts'
import { isSameItem, type JobItem, keyText } from '../core/job/job.ts'
import { forEachSideBySide } from '../core/side-by-side.ts'
import type { Store } from '../ports/store.ts'

/** DynamoDB takes 25 items a call. */
const BATCH = 25
const BATCHES_SIDE_BY_SIDE = 8
const PUTS_SIDE_BY_SIDE = 32
const RETRIES = 8

/**
 * Puts jobs whose keys nobody else has: a batch asks for no condition.
 * @throws EnqueueIncompleteError with the jobs that were not taken; all others were
 */
export async function putAll(store: Pick<Store, 'jobs'>, items: readonly JobItem[]): Promise<void> {
  const jobs = oneForEachKey(items)
  const batches = Array.from({ length: Math.ceil(jobs.length / BATCH) }, (_, n) =>
    jobs.slice(n * BATCH, (n + 1) * BATCH),
  )
  const failures: EnqueueIncompleteError<JobItem>[] = []
  await forEachSideBySide(batches, BATCHES_SIDE_BY_SIDE, (batch) =>
    putBatch(store, batch).catch((failure) => failures.push(failure)),
  )
  if (failures.length === 0) return
  const unwritten = failures.flatMap((failure) => failure.unwritten)
  throw new EnqueueIncompleteError(unwritten, { cause: failures[0]?.cause })
}

/**
 * Puts jobs that somebody has named: each only if no other job stands under its key.
 * @throws EnqueueIncompleteError with the jobs that were not taken; all others were
 */
export async function putNamed(store: Pick<Store, 'jobs'>, items: readonly JobItem[]): Promise<void> {
  const unwritten: JobItem[] = []
  let cause: unknown
  await forEachSideBySide(oneForEachKey(items), PUTS_SIDE_BY_SIDE, async (item) => {
    const outcome = await store.jobs.put(item).catch((error: unknown) => error)
    if (outcome === 'put' || outcome === 'exists') return
    unwritten.push(item)
    cause ??= outcome === 'taken' ? new JobExistsError(item.pk, item.sk) : outcome
  })
  if (unwritten.length > 0) throw new EnqueueIncompleteError(unwritten, { cause })
}

/**
 * The same key is the same job.
 * @throws InvalidJobError if two of them differ: only one could be accepted
 */
export function oneForEachKey(items: readonly JobItem[]): JobItem[] {
  const jobs = new Map<string, JobItem>()
  for (const item of items) {
    const key = keyText(item)
    const same = jobs.get(key)
    if (same && !isSameItem(same, item))
      throw new InvalidJobError(`two different jobs have one id and time: ${item.pk} ${item.sk}`)
    jobs.set(key, item)
  }
  return [...jobs.values()]
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
