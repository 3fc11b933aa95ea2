/** One call of the store port, as data: it can be repeated on another store, in another order, and printed. */
import type { DeadLetter } from '../../lib/core/job/dead-letter.ts'
import type { JobItem, RawItem } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { LimitOverride } from '../../lib/core/limits/limits.ts'
import type { Holder, Released } from '../../lib/core/pass/decide.ts'
import type { BorrowedUnits, ShardState } from '../../lib/core/shard/state.ts'
import type { Attempt, BooksWrite, PassWrite, RangeQuery, RawKey, Store } from '../../lib/ports/store.ts'
import { deadLetters } from '../../lib/use-cases/operate/dead-letters.ts'
import { readState } from '../../lib/use-cases/read-state.ts'
import { allPages } from './all-pages.ts'
import { callEnded, type EndedOperation } from './ended-verbs.ts'
import { callLater, type LaterOperation } from './later-verbs.ts'
import { callMoving, type MovingOperation } from './moving-verbs.ts'
import { callSchedules, isOfSchedules, type ScheduleOperation } from './schedule-verbs.ts'
import { callShared, type SharedOperation } from './shared-verbs.ts'
import { callSweep, type SweepOperation } from './sweep-verbs.ts'

export type Operation =
  | LaterOperation
  | MovingOperation
  | SharedOperation
  | EndedOperation
  | ScheduleOperation
  | SweepOperation
  | { readonly op: 'put'; readonly item: JobItem }
  | { readonly op: 'putBatch'; readonly items: readonly JobItem[] }
  | { readonly op: 'get'; readonly key: RawKey }
  | { readonly op: 'remove'; readonly item: RawItem }
  | { readonly op: 'range'; readonly query: RangeQuery }
  | { readonly op: 'replace'; readonly item: RawItem; readonly next: JobItem }
  | { readonly op: 'buryJob'; readonly item: RawItem; readonly letter: DeadLetter }
  | { readonly op: 'read'; readonly shard: ShardKey }
  | { readonly op: 'pass'; readonly state: ShardState; readonly change: PassWrite }
  | { readonly op: 'start'; readonly shard: ShardKey; readonly claim: Holder; readonly attempt: Attempt }
  | { readonly op: 'remember'; readonly shard: ShardKey; readonly bucket: string }
  | { readonly op: 'release'; readonly shard: ShardKey; readonly holder: Released }
  | {
      readonly op: 'override'
      readonly state: ShardState
      readonly limits: LimitOverride | undefined
      readonly expiresAt?: number
    }
  | { readonly op: 'writeBooks'; readonly state: ShardState; readonly change: BooksWrite }
  | {
      readonly op: 'recordBorrowed'
      readonly state: ShardState
      readonly borrowed: BorrowedUnits
      readonly expiresAt?: number
    }
  | { readonly op: 'fence'; readonly shard: ShardKey; readonly expiresAt: number; readonly keeps?: 'limits' }
  | { readonly op: 'earlierShards'; readonly queue: string }
  | { readonly op: 'due'; readonly group: string; readonly until: number }
  | { readonly op: 'scan' }
  | { readonly op: 'bury'; readonly letter: DeadLetter }
  | { readonly op: 'dead'; readonly queue: string }

/** What the store answers; what it throws is an answer too. */
export async function answer(store: Store, operation: Operation): Promise<unknown> {
  try {
    return (await call(store, operation)) ?? 'nothing'
  } catch (error) {
    return { thrown: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

function call(store: Store, operation: Operation): Promise<unknown> {
  if (isOfSchedules(operation)) return callSchedules(store, operation)
  const { jobs, states, history } = store
  switch (operation.op) {
    case 'put':
      return jobs.put(operation.item)
    case 'putBatch':
      return jobs.putBatch(operation.items)
    case 'get':
      return jobs.get(operation.key)
    case 'remove':
      return jobs.remove(operation.item)
    case 'range':
      return jobs.range(operation.query)
    case 'replace':
      return jobs.replace(operation.item, operation.next)
    case 'buryJob':
      return jobs.bury(operation.item, operation.letter)
    case 'read':
      return states.read(operation.shard)
    case 'pass':
      return states.pass(operation.state, operation.change)
    case 'start':
      return states.start(operation.shard, operation.claim, operation.attempt)
    case 'remember':
      return states.remember(operation.shard, operation.bucket)
    case 'release':
      return states.release(operation.shard, operation.holder)
    case 'override':
      return states.override(operation.state, operation.limits, operation.expiresAt)
    case 'writeBooks':
      return states.writeBooks(operation.state, operation.change)
    case 'recordBorrowed':
      return states.recordBorrowed(operation.state, operation.borrowed, operation.expiresAt)
    case 'fence':
      return states.fence(operation.shard, operation.expiresAt, operation.keeps)
    case 'earlierShards':
      return states.earlierShards(operation.queue)
    case 'due':
      return states.due(operation.group, operation.until).then(inAnyOrder)
    case 'scan':
      return everyState(store).then(inAnyOrder)
    case 'bury':
      return history.bury(operation.letter)
    case 'dead':
      return Array.fromAsync(deadLetters({ history }, operation.queue))
    case 'peek':
    case 'putCounted':
    case 'size':
    case 'mendSize':
    case 'setMaxSize':
    case 'countedItems':
    case 'swapWaiting':
    case 'moveOut':
    case 'moveWaiting':
    case 'putBack':
    case 'lock':
      return callMoving(store, operation)
    case 'grantStarts':
    case 'settleStart':
    case 'strand':
    case 'glance':
      return callShared(store, operation)
    case 'sweepCursors':
    case 'saveSweepCursor':
    case 'census':
    case 'saveCensus':
      return callSweep(store, operation)
    case 'rememberEnded':
    case 'ended':
    case 'endedJobs':
      return callEnded(store, operation)
    default:
      return callLater(store, operation)
  }
}

/** The order of a scan, and of an index, is nobody's promise. */
const inAnyOrder = <T extends { readonly shard: string }>(found: readonly T[]): T[] =>
  found.toSorted((a, b) => (a.shard < b.shard ? -1 : 1))

export async function everyState({ states }: Store): Promise<ShardState[]> {
  const pages = await allPages((from: { readonly cursor?: string }) => states.scan(from))
  const found: ShardState[] = []
  for (const { shard } of pages.flatMap((page) => page.states)) found.push(await readState(states, shard))
  return found
}
