/** What Sluice needs of the Jobs table. */
import type { DeadLetter } from '../core/job/dead-letter.ts'
import type { JobItem, RawItem } from '../core/job/job.ts'
import type { ShardKey } from '../core/keys.ts'
import type { ShardsPage } from '../core/shard/seen-shards.ts'
import type { ShardVersion } from '../core/shard/state.ts'
import type { Counted } from '../core/why/why.ts'

export interface JobStore {
  /** Puts a job if nothing stands under its key: this very job may stand there already, or something else. */
  put(item: JobItem): Promise<'put' | 'exists' | 'taken'>
  /** Puts up to 25 jobs, and returns those that the database did not take. */
  putBatch(items: readonly JobItem[]): Promise<readonly JobItem[]>
  get(key: RawKey): Promise<RawItem | undefined>
  /** Up to `limit` items of a shard from `from` on, in the order of their sort keys. */
  range(query: RangeQuery): Promise<RangePage>
  /**
   * How many items of a shard stand from `from` on and before `before`, whatever they are. It costs what reading them does,
   * so it ends at `most`, or after a few megabytes, and says so. May be stale.
   */
  count(query: CountQuery): Promise<Counted>
  /** Deletes the item, if it still is the job that was read: what a reading looks at is the same. */
  remove(item: RawItem): Promise<'removed' | NotThere>
  /** Puts another job in the place of this one, in one transaction, unless that key is taken. */
  replace(item: RawItem, next: JobItem): Promise<'replaced' | 'occupied' | NotThere>
  /** Moves the item to the dead letters in one transaction. One that is refused must be what was read in every attribute. */
  bury(item: RawItem, letter: DeadLetter): Promise<'buried' | NotThere>
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
}

/** Another job in its place, or a letter. */
export type MoveTarget = { readonly job: JobItem } | { readonly letter: DeadLetter }
export type MoveOutcome =
  | 'moved'
  /** The job's key is taken. */
  | 'occupied'
  /** A pass has been made: the state has to be read again. */
  | 'passed'
  /** Another transaction is under way there, or a table has no room at the moment. */
  | 'busy'
  | NotThere

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
