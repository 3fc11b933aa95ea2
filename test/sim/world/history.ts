/** The History table of the simulation: letters, the numbers of jobs and locks behind the network; the rest is not run. */
import { HISTORY_ANSWER_MS } from '../../../lib/core/times.ts'
import type { HistoryStore } from '../../../lib/ports/store.ts'
import type { Invocation } from './invocation.ts'
import { caller, type StoreWorld } from './store.ts'

export function simulatedHistory(world: StoreWorld, by: Invocation, history: HistoryStore): HistoryStore {
  const call = caller(world, by)
  return {
    bury: (letter) =>
      call(
        'buryEvent',
        () => history.bury(letter),
        () => ({ op: 'buryEvent', letter }),
      ),
    count: (pk) => history.count(pk),
    countOf: (pk, partition) => history.countOf(pk, partition),
    size: (pk) =>
      call(
        'other',
        () => history.size(pk),
        () => ({ op: 'other', name: `size of ${pk}` }),
      ),
    mendSize: (...mend) =>
      call(
        'other',
        () => history.mendSize(...mend),
        () => ({ op: 'other', name: 'mendSize' }),
      ),
    setMaxSize: (...set) =>
      call(
        'other',
        () => history.setMaxSize(...set),
        () => ({ op: 'other', name: 'setMaxSize' }),
      ),
    letters: (pk, cursor) => history.letters(pk, cursor),
    putBack: (...call) => history.putBack(...call),
    rememberEnded: async (record, since) => {
      const remember = async () => {
        await history.rememberEnded(record, since)
        return (await history.ended(record))?.endedAt === record.endedAt
      }
      const written = call('rememberEnded', remember, (isWritten) => ({
        op: 'rememberEnded',
        record,
        isWritten,
      }))
      await world.network.within(by, 'rememberEnded', HISTORY_ANSWER_MS, written)
    },
    ended: (key) => history.ended(key),
    endedJobs: (pk, cursor) => history.endedJobs(pk, cursor),
    lock: (key) =>
      call(
        'other',
        () => history.lock(key),
        () => ({ op: 'other', name: 'lock' }),
      ),
  }
}
