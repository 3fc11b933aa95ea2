/** What every adapter of the store port does. */
import { describe } from 'vitest'
import type { Store } from '../../lib/ports/store.ts'
import type { PastThePort } from './past-the-port.ts'
import { describeBooks } from './store-books.ts'
import { describeBorrowed } from './store-borrowed.ts'
import { describeByPeople } from './store-by-people.ts'
import { describeClaims } from './store-claims.ts'
import { describeCounts } from './store-counts.ts'
import { describeDerived } from './store-derived.ts'
import { describeEnded } from './store-ended.ts'
import { describeEnds } from './store-ends.ts'
import { describeFiring } from './store-firing.ts'
import { describeGrants } from './store-grants.ts'
import { describeHistory } from './store-history.ts'
import { describeJobs } from './store-jobs.ts'
import { describeKeys } from './store-keys.ts'
import { describeLanes } from './store-lanes.ts'
import { describeMoves } from './store-moves.ts'
import { describeOnce } from './store-once.ts'
import { describeOutcomes } from './store-outcomes.ts'
import { describePass } from './store-pass.ts'
import { describeQueueSettings } from './store-queue-settings.ts'
import { describeSchedules } from './store-schedules.ts'
import { describeSchedulesByHand } from './store-schedules-by-hand.ts'
import { describeSizes } from './store-sizes.ts'
import { describeSlots } from './store-slots.ts'
import { describeStates } from './store-states.ts'
import { describeSwaps } from './store-swaps.ts'
import { describeSweep } from './store-sweep.ts'
import { describeUnique } from './store-unique.ts'
import { describeWithdrawals } from './store-withdrawals.ts'

/** `store` is called in each test; what it gives may hold what other tests have written. */
export function describeStore(name: string, store: () => Store, pastThePort: () => PastThePort): void {
  describe(name, () => {
    describeJobs(store)
    describeByPeople(store)
    describeCounts(store)
    describeKeys(store)
    describeOnce(store)
    describeUnique(store)
    describeSizes(store)
    describeOutcomes(store)
    describeSwaps(store)
    describeClaims(store)
    describePass(store)
    describeSlots(store)
    describeStates(store)
    describeSweep(store)
    describeBooks(store, pastThePort)
    describeBorrowed(store, pastThePort)
    describeDerived(store)
    describeGrants(store)
    describeQueueSettings(store)
    describeHistory(store)
    describeEnded(store)
    describeMoves(store)
    describeLanes(store)
    describeEnds(store)
    describeSchedules(store)
    describeSchedulesByHand(store, pastThePort)
    describeFiring(store)
    describeWithdrawals(store)
  })
}
