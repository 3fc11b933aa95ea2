/** How much of a shard a pass reads: a hand-off passes by what is closed, as long as it finds that others wait. */
import type { PassInput, Reading } from '../../core/pass/input.ts'
import { jobsToRead } from '../../core/pass/room.ts'
import type { Context } from '../context.ts'
import { judgeItem } from '../judge.ts'
import { readDueJobs } from './due-jobs.ts'
import type { DueJobs } from './found-jobs.ts'

export type Known = Pick<PassInput, 'state' | 'limits' | 'recovered' | 'released'> & {
  /** The keys of what was put late, of the arrivals that brought this pass. */
  readonly late: readonly string[]
  /** Something may have arrived, and nobody knows what. */
  readonly isUncertain: boolean
}

export async function readJobs(
  context: Context,
  known: Known,
): Promise<DueJobs & { readonly reading: Reading }> {
  const now = context.clock.now()
  const { state, late, released } = known
  const doubtful = isDoubtful(known)
  const wanted = (whole: boolean) => ({ shard: state.shard, now, ...jobsToRead({ ...known, now }, whole) })
  const read = async (whole: boolean) => ({
    ...(await readDueJobs(context, wanted(whole), (item) => judgeItem(context, item))),
    reading: { since: now, whole, doubtful, late },
  })
  const jobs = await read(doubtful || !released)
  // Nobody looks again at a shard in which nothing waits: that has to be true of what is closed, too.
  return jobs.more || jobs.reading.whole ? jobs : read(true)
}

/** Whether something may stand amid the jobs in flight that no pass has left there. */
const isDoubtful = ({ state, released, recovered, late, isUncertain }: Known): boolean =>
  state.waitingAmid === true ||
  released?.jobStands === true ||
  recovered.size > 0 ||
  late.length > 0 ||
  isUncertain
