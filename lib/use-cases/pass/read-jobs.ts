/** How much of a shard a pass reads: a hand-off passes by what is closed, as long as it finds that others wait. */
import type { RawItem } from '../../core/job/job.ts'
import type { PassInput, Reading } from '../../core/pass/input.ts'
import { jobsToRead } from '../../core/pass/room.ts'
import type { Context } from '../context.ts'
import { judgeItem } from '../judge.ts'
import type { PagesAhead } from '../pages-ahead.ts'
import { endDoomed } from './doomed.ts'
import { type Judged, readDueJobs } from './due-jobs.ts'
import type { DueJobs, Found } from './found-jobs.ts'
import { moveMisplaced } from './misplaced.ts'

export type Known = Pick<PassInput, 'state' | 'limits' | 'recovered' | 'released'> & {
  /** The keys of what was put late, of the arrivals that brought this pass. */
  readonly late: readonly string[]
  /** Something may have arrived, and nobody knows what. */
  readonly isUncertain: boolean
  readonly ahead?: PagesAhead
}

export async function readJobs(
  context: Context,
  known: Known,
): Promise<(DueJobs & { readonly reading: Reading }) | 'stale'> {
  const now = context.clock.now()
  const { state, late } = known
  const doubtful = isDoubtful(known)
  const read = async (whole: boolean, ahead?: PagesAhead) => {
    const jobs = await readDueJobs(
      context,
      { state, now, ...jobsToRead({ ...known, now }, whole), ...(ahead ? { pages: ahead.pages } : {}) },
      (items, found) => judgePage(context, items, found),
    )
    // The books, and what the shard may use, were read before jobs were ended or moved: all of it is read again.
    if (jobs === 'stale' || jobs.state !== state) return 'stale'
    return { ...jobs, reading: { since: ahead?.since ?? now, whole, doubtful, late } }
  }
  const ahead = aheadOf(known)
  const begun = await read(readsWhole(known), ahead)
  if (begun === 'stale') return begun
  // Whoever came since they were read may have gone away, for the shard waited for what it has got by now.
  const jobs = begun.more || !ahead?.isOfServed ? begun : await read(readsWhole(known))
  if (jobs === 'stale') return jobs
  // Nobody looks again at a shard in which nothing waits: that has to be true of what is closed, too.
  return jobs.more || jobs.reading.whole ? jobs : read(true)
}

/** Jobs of dead slots have been ended or put back since, and none of that shows. */
const aheadOf = ({ ahead, recovered }: Known): PagesAhead | undefined =>
  recovered.size > 0 ? undefined : ahead

/** A hand-off does not look at what is closed, unless something may stand there. */
export const readsWhole = (known: Doubts): boolean => isDoubtful(known) || !known.released

/**
 * A pass refuses what stands for no job, ends what is not to start any more, and moves what belongs elsewhere. It judges nothing
 * that is in flight: by the configuration of a later deploy, say, a job might be refused that runs, and would be put back while it does.
 */
async function judgePage(
  context: Context,
  items: readonly RawItem[],
  found: Found,
): Promise<Judged | 'stale'> {
  const jobs = await Promise.all(
    items.map((item) => (found.isInFlight(item.sk) ? undefined : judgeItem(context, item))),
  )
  const good = await endDoomed(context, found, jobs)
  if (good === 'stale') return 'stale'
  const living = await moveMisplaced(context, found, good)
  return living === 'stale' ? living : { jobs, living }
}

type Doubts = Omit<Known, 'limits' | 'ahead'>

/** Whether something may stand amid the jobs in flight that no pass has left there. */
const isDoubtful = ({ state, released, recovered, late, isUncertain }: Doubts): boolean =>
  state.waitingAmid === true ||
  released?.jobStands === true ||
  recovered.size > 0 ||
  late.length > 0 ||
  isUncertain
