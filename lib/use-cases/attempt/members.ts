/** The jobs of a slot: one, or those of a batch that still stand where they were claimed, and may run here. */
import type { Job, RawItem } from '../../core/job/job.ts'
import { withWaits } from '../../core/job/wait.ts'
import type { SortKey } from '../../core/keys.ts'
import type { Claim } from '../../core/pass/decide.ts'
import { areOfOneKey } from '../../core/queue/batch-key.ts'
import { isKnownLane, isMisplaced } from '../../core/queue/covering.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { Context, WorkerContext } from '../context.ts'
import { judgeItem } from '../judge.ts'
import { fetchPayload } from './fetch-payload.ts'
import type { Invocation, Member, Running } from './invocation.ts'

/** So many are read, or written, simultaneously. */
export const BATCH_SIDE_BY_SIDE = 16

export async function mapSideBySide<T, R>(
  items: readonly T[],
  action: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>()
  await forEachSideBySide([...items.entries()], BATCH_SIDE_BY_SIDE, async ([index, item]) => {
    results.set(index, await action(item))
  })
  return items.map((_, index) => results.get(index) as R)
}

/** The other items of a slot, as they stand now. Those that are gone are left out. */
export const readOthers = async (
  { store }: Pick<Context, 'store'>,
  { shard }: Pick<Running, 'shard'>,
  others: readonly SortKey[],
): Promise<RawItem[]> => {
  const items = await mapSideBySide(others, (sk) => store.jobs.get({ pk: shard, sk }))
  return items.filter((item) => item !== undefined)
}

/** What of a slot runs. `leaves`: some of its items do not, and stay where they are. */
export type Manned = Required<Pick<Running, 'jobs'>> & Pick<Running, 'leaves'>

/** Judges the items of a slot. What can never run goes to the dead letters. */
export async function manned(
  context: WorkerContext,
  items: readonly RawItem[],
  claim: Pick<Claim, 'waits_ms'>,
  invocation: Invocation,
): Promise<Manned> {
  const judged = await mapSideBySide(items, (item) => judgeItem(context, item))
  // Its tags were changed since it was claimed, or their limits: here the wrong ones hold, and the next pass moves it.
  const good = judged.filter((job) => job !== undefined).filter((job) => !isInWrongLane(context, job))
  const first = good[0] && withWaits(good[0], claim)
  const together = first ? [first, ...good.slice(1).filter((job) => goesWith(first, job))] : []
  const jobs = await withPayloads(context, together, invocation)
  return { jobs, ...(jobs.length < items.length ? { leaves: true } : {}) }
}

export const withPayloads = (
  context: WorkerContext,
  jobs: readonly Job[],
  invocation: Invocation,
): Promise<Member[]> => mapSideBySide(jobs, (job) => fetchPayload(context, job, invocation))

/**
 * A deploy may have taken the queue's batches away, or given them another key, or somebody has changed the item's task, which has
 * another handler.
 */
const goesWith = (first: Job, job: Job): boolean =>
  first.queue.batch !== undefined && job.task === first.task && areOfOneKey(first, job)

/** What a lane names that this configuration does not know holds back more than it would: that does no harm. */
const isInWrongLane = ({ config }: Context, job: Job): boolean =>
  isKnownLane(config, job.shard) && isMisplaced(config, job.shard, job)
