/** Accepts one job for each idempotency key, and one at a time for each unique key, however simultaneously it is enqueued. */
import pRetry from 'p-retry'
import { EnqueueIncompleteError, JobExistsError } from '../core/errors.ts'
import type { Room } from '../core/job/counted.ts'
import { type JobItem, keyText } from '../core/job/job.ts'
import type { Lock } from '../core/job/lock.ts'
import type { NewItem } from '../core/job/one-only.ts'
import type { Receipt } from '../core/job/receipt.ts'
import type { JobKey } from '../core/keys.ts'
import { QueueFullError } from '../core/queue/full.ts'
import { forEachSideBySide } from '../core/side-by-side.ts'
import type { Store } from '../ports/store.ts'
import { type Outcome, putColliding } from './enqueue-colliding.ts'
import { ifThereIsRoom, type Settled } from './enqueue-sized.ts'

const SIDE_BY_SIDE = 32
const RETRIES = 8
/** Fewer, for they write the same numbers. */
const SIZED_SIDE_BY_SIDE = 8

export interface NewOnce {
  readonly item: JobItem
  readonly receipt: Receipt
}

type Jobs = Pick<Store, 'jobs'>
type Stores = Pick<Store, 'jobs' | 'states' | 'history'>

/** The job that was there. */
export interface Standing extends JobKey {
  /** The new one has taken its place, and stands under this key. */
  readonly replaced?: true
}

/** @throws EnqueueIncompleteError if the database has no room for a while */
export const putOnce = (
  { jobs }: Jobs,
  { item, receipt }: NewOnce,
  rooms?: readonly Room[],
): Promise<Settled> => unlessBusy(item, () => jobs.putOnce(item, receipt, rooms))

/** The same for a job that has a lock. A lock that is there is another job's, which may have ended. */
export function putUnique(
  { jobs }: Jobs,
  item: JobItem,
  lock: Lock,
  rooms?: readonly Room[],
): Promise<Settled> {
  let found: Lock | undefined
  return unlessBusy(item, async () => {
    for (;;) {
      const outcome = await jobs.putUnique(item, lock, found, rooms)
      if (outcome.kind !== 'locked') return outcome
      found = outcome.lock
    }
  })
}

/** Two simultaneous calls with one key are in each other's way, and the SDK does not try a cancelled transaction again. */
function unlessBusy(item: JobItem, put: () => Promise<Outcome>): Promise<Settled> {
  const attempt = async (): Promise<Settled> => {
    const outcome = await put()
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
 * One new job.
 * @returns the key of the job that was there, if nothing was written
 * @throws JobExistsError if another job stands under its key
 * @throws QueueFullError if there is no room for it, and it is not there
 */
export async function putNew(store: Stores, job: NewItem): Promise<Standing | undefined> {
  const { item, sizes } = job
  const outcome = await (sizes
    ? ifThereIsRoom(store, { ...job, sizes }, (sized, rooms) => putByKey(store, job, sized, rooms))
    : putByKey(store, job, item))
  if (outcome.kind === 'taken') throw new JobExistsError(item.pk, item.sk)
  if (outcome.kind === 'put' || outcome.kind === 'full') return undefined
  return outcome.kind === 'replaced' ? { ...outcome.job, replaced: true } : outcome.job
}

function putByKey(
  store: Stores,
  { receipt, lock, collision }: NewItem,
  item: JobItem,
  rooms?: readonly Room[],
): Promise<Settled> {
  if (receipt) return putOnce(store, { item, receipt }, rooms)
  if (!lock) return putPlain(store, item, rooms)
  if (!collision) return putUnique(store, item, lock, rooms)
  return unlessBusy(item, () => putColliding(store, { item, lock, collision, rooms }))
}

/** Without a key, a job that is there is the one that is put: the reply to its put was lost. */
async function putPlain({ jobs }: Jobs, item: JobItem, rooms?: readonly Room[]): Promise<Settled> {
  if (!item.countedIn) return { kind: (await jobs.put(item)) === 'taken' ? 'taken' : 'put' }
  return unlessBusy(item, async () => {
    const kind = await jobs.putCounted(item, rooms)
    return { kind: kind === 'exists' ? 'put' : kind }
  })
}

const theOneOf = (group: readonly NewItem[]): NewItem | undefined =>
  group.findLast(({ collision }) => collision?.onCollision === 'replace') ?? group[0]

export const isOneOnly = ({ receipt, lock }: NewItem): boolean => (receipt ?? lock) !== undefined

/**
 * Many: of those with the same key the first counts, or the last that replaces.
 * @param there gets, by `keyText` of each item that was not written, the key of the job that was there
 * @throws EnqueueIncompleteError with the jobs that were not accepted; all others were
 */
export async function putAllOnce(
  store: Stores,
  jobs: readonly NewItem[],
  there: Map<string, Standing>,
): Promise<void> {
  const unwritten: JobItem[] = []
  let cause: unknown
  const groups = [...Map.groupBy(jobs, ({ receipt, lock }) => (receipt ?? lock)?.pk).values()]
  await forEachSideBySide(groups, SIDE_BY_SIDE, async (group) => {
    const one = theOneOf(group)
    if (!one) return
    try {
      const found = await putNew(store, one)
      if (found) there.set(keyText(one.item), found)
      const made: JobKey = { pk: one.item.pk, sk: one.item.sk }
      for (const { item } of group.filter((other) => other !== one)) there.set(keyText(item), found ?? made)
    } catch (error) {
      unwritten.push(...group.map(({ item }) => item))
      cause ??= error
    }
  })
  if (unwritten.length > 0) throw new EnqueueIncompleteError(unwritten, { cause })
}

/**
 * Many jobs whose queue may be full. A queue that was found full is not asked again in this call.
 * @throws EnqueueIncompleteError with the jobs that were not accepted; all others were
 */
export async function putAllSized(store: Stores, jobs: readonly NewItem[]): Promise<void> {
  const unwritten: JobItem[] = []
  const full = new Set<string>()
  let cause: unknown
  await forEachSideBySide(jobs, SIZED_SIDE_BY_SIDE, async (job) => {
    const asked = (job.sizes ?? []).map(({ pk }) => pk)
    if (!job.isNamed && asked.some((pk) => full.has(pk))) return void unwritten.push(job.item)
    try {
      await putNew(store, job)
    } catch (error) {
      if (error instanceof QueueFullError) full.add(placeOf(error, job))
      unwritten.push(job.item)
      cause ??= error
    }
  })
  if (unwritten.length > 0) throw new EnqueueIncompleteError(unwritten, { cause })
}

/** Where it is full. The others of its jobs need not ask again. */
const placeOf = ({ partition }: QueueFullError, { sizes = [] }: NewItem): string =>
  sizes.find(({ scope }) => scope === (partition === undefined ? 'queue' : 'partition'))?.pk ?? ''
