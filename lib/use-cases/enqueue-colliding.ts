/**
 * A job whose unique key another may have: what becomes of it depends on whether that one waits. The state of its shard is
 * read before its item, and what is put in its place depends on that state: whoever claims it in between makes a pass.
 */
import {
  type Collision,
  holdsKey,
  isReplaceable,
  type Successor,
  successorOf,
} from '../core/job/collision.ts'
import { changesOf, insteadOf, type Room, roomsFor } from '../core/job/counted.ts'
import type { JobItem, RawItem } from '../core/job/job.ts'
import type { FoundLock, Lock } from '../core/job/lock.ts'
import type { JobKey } from '../core/keys.ts'
import { keptUntil, mayExpire } from '../core/shard/expiry.ts'
import { isInFlight } from '../core/shard/in-flight.ts'
import type { ShardState } from '../core/shard/state.ts'
import type { Store, UniqueOutcome } from '../ports/store.ts'
import { underFreeKey } from './free-key.ts'
import { readState } from './read-state.ts'

export type Outcome = Exclude<UniqueOutcome, { readonly kind: 'locked' }>

export interface Colliding {
  readonly item: JobItem
  readonly lock: Lock
  readonly collision: Collision
  readonly rooms?: readonly Room[] | undefined
}

type Stores = Pick<Store, 'jobs' | 'states'>

export async function putColliding(store: Stores, colliding: Colliding): Promise<Outcome> {
  const { item, lock, rooms } = colliding
  let found: FoundLock | undefined
  for (;;) {
    const outcome = await store.jobs.putUnique(item, lock, found, rooms)
    if (outcome.kind === 'existing' && found && isSameKey(outcome.job, found.job)) found = undefined
    else if (outcome.kind !== 'locked') return outcome
    else {
      const met = await meet(store, outcome.lock, colliding)
      if ('kind' in met) return met
      found = met
    }
  }
}

/** What becomes of it, or by what to take the key over. */
async function meet(store: Stores, its: Lock, colliding: Colliding): Promise<Outcome | FoundLock> {
  const { collision, lock } = colliding
  const state = await readState(store.states, its.job.pk)
  const there = await store.jobs.get(its.job)
  if (!there) return its
  const flies = isInFlight(state.slots, its.job.sk)
  if (!holdsKey(collision, there, flies)) return { ...its, hasStarted: true }
  // Events come in any order, and again: the latest counts.
  const isOlder = lock.eventAt !== undefined && its.eventAt !== undefined && lock.eventAt < its.eventAt
  const successor = isOlder
    ? undefined
    : successorIf(isReplaceable(collision, there, flies), there, its, colliding)
  if (!successor) return { kind: 'existing', job: its.job }
  return swap(store, state, there, countedInstead(there, successor, colliding.rooms))
}

const successorIf = (
  isWanted: boolean,
  there: RawItem,
  its: Lock,
  colliding: Colliding,
): Successor | undefined => (isWanted ? successorOf(there, its, colliding, colliding.collision) : undefined)

interface Counted extends Successor {
  readonly rooms: readonly Room[]
}

/** There need be room only where the number grows: in another partition, or if the one that is there does not count. */
function countedInstead(there: RawItem, successor: Successor, rooms: readonly Room[] = []): Counted {
  const next = insteadOf(there, successor.next)
  return { ...successor, next, rooms: roomsFor(changesOf([there], [next]), rooms) }
}

async function swap(
  { jobs }: Stores,
  state: ShardState,
  there: RawItem,
  { next, lock, at, rooms }: Counted,
): Promise<Outcome> {
  const expiresAt = mayExpire(state) ? keptUntil(at) : undefined
  let job: JobKey = next
  const outcome = await underFreeKey(next, (free) => {
    job = { pk: free.pk, sk: free.sk }
    return jobs.swapWaiting(state, there, { next: free, lock: { ...lock, job }, expiresAt, rooms })
  })
  if (outcome === 'full') return { kind: 'full' }
  return outcome === 'stale' ? { kind: 'busy' } : { kind: 'replaced', job }
}

const isSameKey = (one: JobKey, other: JobKey): boolean => one.pk === other.pk && one.sk === other.sk
