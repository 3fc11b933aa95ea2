/** Puts a job whose queue may be full: first the numbers of jobs that are there, then the job, if they still leave room. */

import { EnqueueIncompleteError } from '../core/errors.ts'
import { type Room, type SizeLimit, withParts } from '../core/job/counted.ts'
import type { JobItem } from '../core/job/job.ts'
import type { NewItem } from '../core/job/one-only.ts'
import { stableHash } from '../core/text/hash.ts'
import type { Store, UniqueOutcome } from '../ports/store.ts'
import { lookForRoom } from './look-for-room.ts'

export type Settled = Exclude<UniqueOutcome, { readonly kind: 'busy' | 'locked' }>
type Put = (item: JobItem, rooms: readonly Room[]) => Promise<Settled>

/** Each time somebody else was quicker, and has put a job, or is about to set another maximum. */
const MAX_ROUNDS = 100

/**
 * @param put puts the item, if there is room
 * @throws QueueFullError if there was none when the call was made, or later; DamagedStateError if nobody can read the maximum
 */
export async function ifThereIsRoom(
  store: Pick<Store, 'history'>,
  job: NewItem & { readonly sizes: readonly SizeLimit[] },
  put: Put,
): Promise<Settled> {
  let unknown: Error | undefined
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = await lookForRoom(store, job, chanceOf(job.item, round))
    unknown = found.kind === 'unknown' ? found.error : undefined
    if (found.kind === 'unknown') continue
    // A job that may be there already is looked for: who asks again is not told that there is no room for it.
    if (found.kind === 'full' && !mayBeThere(job)) throw found.error
    const outcome = await put(withParts(job.item, found.parts), found.rooms)
    if (outcome.kind !== 'full') return outcome
    if (found.kind === 'full') throw found.error
  }
  throw unknown ?? new EnqueueIncompleteError([job.item])
}

/** Each job begins elsewhere, so that they are not in each other's way. */
const chanceOf = ({ sk }: JobItem, round: number): number => stableHash(`${sk} ${round}`) / 2 ** 32

const mayBeThere = ({ receipt, lock, isNamed }: NewItem): boolean =>
  isNamed === true || (receipt ?? lock) !== undefined
