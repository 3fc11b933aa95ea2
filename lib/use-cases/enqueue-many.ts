/** Many new jobs: first the payloads that are kept outside, then the jobs whose payloads are there. */
import { EnqueueIncompleteError } from '../core/errors.ts'
import { type JobItem, keyText } from '../core/job/job.ts'
import type { NewItem } from '../core/job/one-only.ts'
import type { PayloadKey } from '../core/job/payload-key.ts'
import { inItem, type KeptPayload, type Placed } from '../core/job/place-payload.ts'
import { forEachSideBySide } from '../core/side-by-side.ts'
import type { WorkerContext } from './context.ts'
import { oneForEachKey, putAll, putNamed } from './enqueue.ts'
import { isOneOnly, putAllOnce, putAllSized, type Standing } from './enqueue-once.ts'

const OBJECTS_SIDE_BY_SIDE = 16

export interface ManyJob extends Placed, NewItem {
  /** Somebody else may have chosen its key. */
  readonly isNamed: boolean
}

/**
 * @returns by `keyText` of each item that was not written because of its key: the job that was there
 * @throws EnqueueIncompleteError with the jobs that were not taken, their payloads inside; all others were
 * @throws InvalidJobError if two differ that have one key, before anything is written
 */
export async function putMany(
  { store, payloads }: Pick<WorkerContext, 'store' | 'payloads'>,
  jobs: readonly ManyJob[],
): Promise<ReadonlyMap<string, Standing>> {
  oneForEachKey(jobs.map(({ item }) => item))
  const failures: EnqueueIncompleteError<JobItem>[] = []
  const failed = await keepAll(payloads, jobs)
  const [ready, unready] = [jobs.filter(isReady(failed)), jobs.filter((job) => !isReady(failed)(job))]
  const [cause] = failed.values()
  if (unready.length > 0) failures.push(new EnqueueIncompleteError(itemsOf(unready), { cause }))
  const put = (attempt: Promise<void>) => attempt.catch((error: unknown) => failures.push(incomplete(error)))
  const there = new Map<string, Standing>()
  const sized = ready.filter((job) => !isOneOnly(job) && isSized(job))
  const others = ready.filter((job) => !isOneOnly(job) && !isSized(job))
  await put(putAllOnce(store, ready.filter(isOneOnly), there))
  await put(putAllSized(store, sized))
  await put(putNamed(store, itemsOf(others.filter(({ isNamed }) => isNamed))))
  await put(putAll(store, itemsOf(others.filter(({ isNamed }) => !isNamed))))
  if (failures.length === 0) return there
  const unwritten = new Set(failures.flatMap((failure) => failure.unwritten.map(keyText)))
  throw new EnqueueIncompleteError(jobs.filter(({ item }) => unwritten.has(keyText(item))).map(inItem), {
    cause: failures[0]?.cause,
  })
}

const isSized = ({ sizes }: NewItem): boolean => sizes !== undefined

const itemsOf = (jobs: readonly Placed[]): JobItem[] => jobs.map(({ item }) => item)

const isReady =
  (failed: ReadonlyMap<PayloadKey, unknown>) =>
  ({ kept }: Placed): boolean =>
    kept === undefined || !failed.has(kept.key)

function incomplete(error: unknown): EnqueueIncompleteError<JobItem> {
  if (error instanceof EnqueueIncompleteError) return error
  throw error
}

/** The same payload of several jobs is one object. Returns why some could not be put. */
async function keepAll(
  payloads: WorkerContext['payloads'],
  jobs: readonly Placed[],
): Promise<Map<PayloadKey, unknown>> {
  const objects = new Map(
    jobs.flatMap(({ kept }): [PayloadKey, KeptPayload][] => (kept ? [[kept.key, kept]] : [])),
  )
  const failed = new Map<PayloadKey, unknown>()
  await forEachSideBySide([...objects.values()], OBJECTS_SIDE_BY_SIDE, ({ key, text }) =>
    payloads.put(key, text).catch((error: unknown) => void failed.set(key, error)),
  )
  return failed
}
