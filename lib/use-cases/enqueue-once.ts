/** Accepts a job once for each idempotency key, however often and simultaneously it is enqueued. */
import pRetry from 'p-retry'
import { EnqueueIncompleteError, JobExistsError } from '../core/errors.ts'
import { type JobItem, keyText } from '../core/job/job.ts'
import type { Receipt } from '../core/job/receipt.ts'
import type { JobKey } from '../core/keys.ts'
import { forEachSideBySide } from '../core/side-by-side.ts'
import type { OnceOutcome, Store } from '../ports/store.ts'

const SIDE_BY_SIDE = 32
const RETRIES = 8

export interface NewOnce {
  readonly item: JobItem
  readonly receipt: Receipt
}

type Jobs = Pick<Store, 'jobs'>
type Settled = Exclude<OnceOutcome, { readonly kind: 'busy' }>

/**
 * Two simultaneous calls with one key are in each other's way, and the SDK does not try a cancelled transaction again.
 * @throws EnqueueIncompleteError if the database has no room for a while
 */
export function putOnce({ jobs }: Jobs, { item, receipt }: NewOnce): Promise<Settled> {
  const attempt = async (): Promise<Settled> => {
    const outcome = await jobs.putOnce(item, receipt)
    if (outcome.kind === 'busy') throw new EnqueueIncompleteError([item])
    return outcome
  }
  return pRetry(attempt, {
    retries: RETRIES,
    minTimeout: 50,
    maxTimeout: 5000,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof EnqueueIncompleteError,
  })
}

/**
 * One new job, under an idempotency key or without.
 * @returns the key of the job that was there, if nothing was written
 * @throws JobExistsError if another job stands under its key
 */
export async function putNew(
  store: Jobs,
  { item, receipt }: { readonly item: JobItem; readonly receipt?: Receipt | undefined },
): Promise<JobKey | undefined> {
  const outcome = receipt
    ? await putOnce(store, { item, receipt })
    : { kind: await store.jobs.put(item), job: undefined }
  if (outcome.kind === 'taken') throw new JobExistsError(item.pk, item.sk)
  return outcome.kind === 'existing' ? outcome.job : undefined
}

/**
 * Many: of those with the same idempotency key the first counts.
 * @param there gets, by `keyText` of each item that was not written, the key of the job that was there
 * @throws EnqueueIncompleteError with the jobs that were not accepted; all others were
 */
export async function putAllOnce(
  store: Jobs,
  jobs: readonly NewOnce[],
  there: Map<string, JobKey>,
): Promise<void> {
  const unwritten: JobItem[] = []
  let cause: unknown
  const groups = [...Map.groupBy(jobs, ({ receipt }) => receipt.pk).values()]
  await forEachSideBySide(groups, SIDE_BY_SIDE, async (group) => {
    const [first, ...others] = group
    if (!first) return
    try {
      const found = await putNew(store, first)
      if (found) there.set(keyText(first.item), found)
      for (const { item } of others) there.set(keyText(item), found ?? first.receipt.job)
    } catch (error) {
      unwritten.push(...group.map(({ item }) => item))
      cause ??= error
    }
  })
  if (unwritten.length > 0) throw new EnqueueIncompleteError(unwritten, { cause })
}
