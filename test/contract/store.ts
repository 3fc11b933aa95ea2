/** What every adapter of the store port does. */
import { describe } from 'vitest'
import type { Store } from '../../lib/ports/store.ts'
import type { PastThePort } from './past-the-port.ts'
import { describeBooks } from './store-books.ts'
import { describeBorrowed } from './store-borrowed.ts'
import { describeHistory } from './store-history.ts'
import { describeJobs } from './store-jobs.ts'
import { describeKeys } from './store-keys.ts'
import { describeMoves } from './store-moves.ts'
import { describeOutcomes } from './store-outcomes.ts'
import { describePass } from './store-pass.ts'
import { describeSlots } from './store-slots.ts'
import { describeStates } from './store-states.ts'
import { describeSweep } from './store-sweep.ts'

/** `store` is called in each test; what it gives may hold what other tests have written. */
export function describeStore(name: string, store: () => Store, pastThePort: () => PastThePort): void {
  describe(name, () => {
    describeJobs(store)
    describeKeys(store)
    describeOutcomes(store)
    describePass(store)
    describeSlots(store)
    describeStates(store)
    describeSweep(store)
    describeBooks(store, pastThePort)
    describeBorrowed(store, pastThePort)
    describeHistory(store)
    describeMoves(store)
  })
}
