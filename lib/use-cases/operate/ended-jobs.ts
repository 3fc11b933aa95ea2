/** The jobs of a partition that have ended, as far as they are remembered: all of them as one list, or one by its key. */
import { type EndedJob, endedJobOf, endedKey, endedKeys, isOfJob } from '../../core/job/ended-job.ts'
import type { Position, Shard } from '../../core/keys.ts'
import type { HistoryStore, Store } from '../../ports/store.ts'
import { allPages, merged } from './merged.ts'

type Place = Pick<Shard, 'queue' | 'partition'>

/** The last id first. */
export const endedJobs = ({ history }: Pick<Store, 'history'>, place: Place): AsyncGenerator<EndedJob> =>
  merged(
    endedKeys(place).map((pk) => endedUnder(history, pk)),
    (one, other) => one.id > other.id,
  )

const endedUnder = (history: HistoryStore, pk: string): AsyncGenerator<EndedJob> =>
  allPages(async (from) => {
    const { records, cursor } = await history.endedJobs(pk, from)
    return { all: records.map(endedJobOf), cursor }
  })

/** The job that stood there, or a later attempt of it. One read. */
export async function endedJob(
  { history }: Pick<Store, 'history'>,
  place: Place,
  position: Position,
): Promise<EndedJob | undefined> {
  const record = await history.ended(endedKey(place, position.id))
  return record && isOfJob(record, position) ? endedJobOf(record) : undefined
}
