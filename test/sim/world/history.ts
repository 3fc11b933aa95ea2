/** The History table of the simulation: letters of events are an effect, the rest goes straight through. */
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
    size: (pk) => history.size(pk),
    mendSize: (...call) => history.mendSize(...call),
    letters: (pk, cursor) => history.letters(pk, cursor),
    putBack: (...call) => history.putBack(...call),
    lock: (key) => history.lock(key),
  }
}
