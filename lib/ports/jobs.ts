/** What Sluice needs of the Jobs table. */
import type { Room } from '../core/job/counted.ts'
import type { DeadLetter } from '../core/job/dead-letter.ts'
import type { Cancellation } from '../core/job/doom.ts'
import type { JobItem, RawItem } from '../core/job/job.ts'
import type { FoundLock, Lock } from '../core/job/lock.ts'
import type { Receipt } from '../core/job/receipt.ts'
import type { JobKey, ShardKey } from '../core/keys.ts'
import type { ShardsPage } from '../core/shard/seen-shards.ts'
import type { ShardVersion } from '../core/shard/state.ts'
import type { Counted } from '../core/why/why.ts'
import type { KeyClaim } from './history.ts'

export interface JobStore {
  /** Puts a job if nothing stands under its key: this very job may stand there already, or something else. */
  put(item: JobItem): Promise<'put' | 'exists' | 'taken'>
  /**
   * The same for a job that counts (`countedIn`), in one transaction with the numbers that it counts in. `rooms`: only if
   * there is room. Whatever verb puts a job that counts, but for `put` and `putBatch`, counts it; and every one that takes it
   * away counts it off.
   */
  putCounted(item: JobItem, rooms?: readonly Room[]): Promise<CountedOutcome>
  /**
   * Puts a job and its receipt in one transaction, unless the receipt's key has one that holds at `receipt.at`, or something
   * stands under the job's key.
   */
  putOnce(item: JobItem, receipt: Receipt, rooms?: readonly Room[]): Promise<OnceOutcome>
  /**
   * Puts a job and its unique key's lock in one transaction, unless another lock is there. `found`: a lock that was there;
   * then unless that is another by now, or its job is there and has not been seen to have started.
   */
  putUnique(item: JobItem, lock: Lock, found?: FoundLock, rooms?: readonly Room[]): Promise<UniqueOutcome>
  /**
   * Puts another job in the place of one that waits and has the lock, in one transaction, if no pass has been made over its
   * shard since the state was read; and counts as a pass, as `endWaiting` does. `occupied` by the one that waits, too.
   */
  swapWaiting(state: ShardVersion, item: RawItem, swap: Swap): Promise<SwapOutcome>
  /** Puts up to 25 jobs, and returns those that the database did not take. */
  putBatch(items: readonly JobItem[]): Promise<readonly JobItem[]>
  get(key: RawKey): Promise<RawItem | undefined>
  /** The same for half the price. May be stale. */
  peek(key: RawKey): Promise<RawItem | undefined>
  /** Up to `limit` items of a shard from `from` on, in the order of their sort keys. */
  range(query: RangeQuery): Promise<RangePage>
  /**
   * How many items of a shard stand from `from` on and before `before`, whatever they are. It costs what reading them does,
   * so it ends at `most`, or after a few megabytes, and says so. May be stale.
   */
  count(query: CountQuery): Promise<Counted>
  /**
   * Deletes the item, if it still is the job that was read: what a reading looks at is the same. Whether somebody has
   * cancelled it does not matter: its work is done.
   */
  remove(item: RawItem): Promise<'removed' | NotThere>
  /** Puts another job in the place of this one, in one transaction, unless that key is taken. A lock of its goes along. */
  replace(item: RawItem, next: JobItem): Promise<'replaced' | 'occupied' | NotThere>
  /** Moves the item to the dead letters in one transaction. One that is refused must be what was read in every attribute. */
  bury(item: RawItem, letter: DeadLetter): Promise<'buried' | NotThere>
  /** Marks the job that was read as cancelled, whether it runs or not. An earlier mark is overwritten. */
  cancel(item: RawItem, mark: Cancellation): Promise<'marked' | NotThere>
  /**
   * Moves jobs that wait to the dead letters in one transaction, if no pass has been made over their shard since its state
   * was read; and counts as a pass, so that one that has read them before this does not claim them. At most 25, of 1 MB. A
   * state item that is made by this may go at `expiresAt` (epoch s); absent if there is one that has to stay.
   */
  endWaiting(state: ShardVersion, burials: readonly Burial[], expiresAt?: number): Promise<EndWaitingOutcome>
  /**
   * The items of a queue that have `countedIn`, page by page, by a scan of the whole table: their keys, and that attribute.
   * One that stays in its shard while others are read is among them, for its key only ever becomes a later one.
   */
  countedItems(queue: string, cursor?: string): Promise<CountedPage>
  /**
   * The shards that have items, each once, a page at a time. May be stale; pks and sks come as they stand there, and a
   * shard's items beyond those of one page are passed over.
   */
  shards(query?: ShardsQuery): Promise<ShardsPage>
  /**
   * Moves a job out of its shard in one transaction, if no pass has been made over that since its state was read. So a job
   * that had no slot then is not claimed now: it cannot run in its old place and in the new one.
   */
  moveOut(state: ShardVersion, item: RawItem, target: MoveTarget): Promise<MoveOutcome>
  /**
   * Moves jobs that wait into other shards in one transaction, if no pass has been made over theirs since its state was read;
   * and counts as a pass, so that one that has read them before this does not claim them. A lock of theirs goes along: then it
   * is one job alone. At most 25, of 2 MB. `expiresAt` as above.
   */
  moveWaiting(state: ShardVersion, moves: readonly Move[], expiresAt?: number): Promise<MoveWaitingOutcome>
}

export type OnceOutcome =
  | { readonly kind: 'put' }
  /** It was accepted before, as this job, whatever has become of that. Nothing was written. */
  | { readonly kind: 'existing'; readonly job: JobKey }
  /** Something else stands under the job's key. */
  | { readonly kind: 'taken' }
  /** Another transaction is under way there, or a table has no room at the moment. */
  | { readonly kind: 'busy' }
  /** It was not accepted before, and there is no room for it. */
  | { readonly kind: 'full' }

export interface CountedPage {
  readonly items: readonly RawItem[]
  readonly cursor?: string
}
export type CountedOutcome = 'put' | 'exists' | 'taken' | 'full' | 'busy'

export type UniqueOutcome =
  | OnceOutcome
  /** Whether the lock's job is still there is not known. */
  | { readonly kind: 'locked'; readonly lock: Lock }
  /** By this very call, in the place of one that waited. */
  | { readonly kind: 'replaced'; readonly job: JobKey }

export interface Swap {
  readonly next: JobItem
  readonly lock: Lock
  /** Of a state item that is made by this. Epoch s. */
  readonly expiresAt?: number | undefined
  /** Of the parts in which the new one counts and the other did not. */
  readonly rooms?: readonly Room[] | undefined
}
export type SwapOutcome =
  | 'swapped'
  /** Something else stands under the new key. */
  | 'occupied'
  /** One of the rooms is not there. */
  | 'full'
  /** A pass has been made, the job or the lock is another, another transaction is under way, or there is no room. */
  | 'stale'
export interface Burial {
  readonly item: RawItem
  readonly letter: DeadLetter
}
export type EndWaitingOutcome =
  | 'ended'
  /** A pass has been made, one of the jobs is not as it was read, another transaction is under way, or there is no room. */
  | 'stale'

/** Another job in its place, or a letter. */
export type MoveTarget =
  | { readonly job: JobItem; readonly claim?: KeyClaim | undefined }
  | { readonly letter: DeadLetter }
export type MoveOutcome =
  | 'moved'
  /** The job's key is taken. */
  | 'occupied'
  /** Its unique key is another's by now. */
  | 'locked'
  /** A pass has been made: the state has to be read again. */
  | 'passed'
  /** Another transaction is under way there, or a table has no room at the moment. */
  | 'busy'
  | NotThere

export interface Move {
  readonly item: RawItem
  /** Absent where the same job stands at its new place already. */
  readonly next?: JobItem
}
export type MoveWaitingOutcome =
  | 'moved'
  /** One of the keys is taken. Nothing was written. */
  | 'occupied'
  /** A pass has been made, one of the jobs is not as it was read, another transaction is under way, or there is no room. */
  | 'stale'

export interface ShardsQuery {
  readonly cursor?: string
  /** How many items to look at, a hundred by default. */
  readonly limit?: number
}

/**
 * Under the item's key there is nothing any more, or something else: it was corrected or replaced since it was read.
 * Nothing has been written then, for only what was judged may be deleted or moved.
 */
export type NotThere = 'gone' | 'changed'

/** The key of an item that may not be a job at all. */
export interface RawKey {
  readonly pk: string
  readonly sk: string
}
export interface RangeQuery {
  readonly shard: ShardKey
  readonly from: string
  /** Items from this key on are not read. Default: to the end. */
  readonly before?: string
  readonly limit: number
}
export interface CountQuery extends Omit<RangeQuery, 'limit'> {
  /** Default: as many as a few pages hold. */
  readonly most?: number
}
export interface RangePage {
  readonly items: readonly RawItem[]
  /** False if the shard has no items behind these; true may be said of a full page with none behind it. */
  readonly more: boolean
}
