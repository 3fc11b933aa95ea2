/** How much of a shard a pass reads: a hand-off passes by what is closed, as long as it finds that others wait. */
import type { RawItem } from '../../core/job/job.ts'
import type { PassInput, Reading } from '../../core/pass/input.ts'
import { jobsToRead } from '../../core/pass/room.ts'
import type { Context } from '../context.ts'
import { judgeItem } from '../judge.ts'
import { endDoomed } from './doomed.ts'
import { type Judged, readDueJobs } from './due-jobs.ts'
import type { DueJobs, Found } from './found-jobs.ts'
import { moveMisplaced } from './misplaced.ts'

export type Known = Pick<PassInput, 'state' | 'limits' | 'recovered' | 'released'> & {
  /** The keys of what was put late, of the arrivals that brought this pass. */
  readonly late: readonly string[]
  /** Something may have arrived, and nobody knows what. */
  readonly isUncertain: boolean
}

export async function readJobs(
  context: Context,
  known: Known,
): Promise<(DueJobs & { readonly reading: Reading }) | 'stale'> {
  const now = context.clock.now()
  const { state, late, released } = known
  const doubtful = isDoubtful(known)
  const read = async (whole: boolean) => {
    const jobs = await readDueJobs(
      context,
      { state, now, ...jobsToRead({ ...known, now }, whole) },
      (items, found) => judgePage(context, items, found),
    )
    // The books, and what the shard may use, were read before jobs were ended or moved: all of it is read again.
    if (jobs === 'stale' || jobs.state !== state) return 'stale'
    return { ...jobs, reading: { since: now, whole, doubtful, late } }
  }
  const jobs = await read(doubtful || !released)
  if (jobs === 'stale') return jobs
  // Nobody looks again at a shard in which nothing waits: that has to be true of what is closed, too.
  return jobs.more || jobs.reading.whole ? jobs : read(true)
}

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

/** Whether something may stand amid the jobs in flight that no pass has left there. */
const isDoubtful = ({ state, released, recovered, late, isUncertain }: Known): boolean =>
  state.waitingAmid === true ||
  released?.jobStands === true ||
  recovered.size > 0 ||
  late.length > 0 ||
  isUncertain
