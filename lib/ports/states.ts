/** What Sluice needs of the State table. */

import type { ShardKey } from '../core/keys.ts'
import type { AppRecord, DerivedLimit } from '../core/limits/app-rate.ts'
import type { BooksChange } from '../core/limits/books.ts'
import type { Grant } from '../core/limits/grant.ts'
import type { KeptForNext } from '../core/limits/kept-for-next.ts'
import type { LimitOverride } from '../core/limits/limits.ts'
import type { SlowDown } from '../core/limits/slow-down.ts'
import type { Throttling } from '../core/limits/throttled.ts'
import type { Holder, PassChange, Released } from '../core/pass/decide.ts'
import type { BorrowedFrom, BorrowedUnits, ShardGlance, ShardState, Token } from '../core/shard/state.ts'
import type { CensusRecord } from '../core/why/census.ts'
import type { GrantStore } from './grants.ts'
import type { QueueSettingStore } from './queue-settings.ts'

export interface StateStore extends GrantStore, QueueSettingStore {
  read(shard: ShardKey): Promise<ShardState | undefined>
  /** The write of a pass, if no other pass has written since the state was read. */
  pass(state: ShardState, change: PassWrite): Promise<PassOutcome>
  /** Turns a claim into an attempt, if the claim stands and nobody has started it. */
  start(shard: ShardKey, claim: Holder, attempt: Attempt): Promise<StartOutcome>
  /**
   * Remembers one more start, for a handler that began later than was written; nothing, if the item is gone. Counts as a
   * pass: one that has read the window without it loses.
   */
  remember(shard: ShardKey, bucket: string): Promise<void>
  /**
   * Frees a slot, if the holder still has it, and counts the outcome of its attempt, if it says one. If its job stands, says that it waits amid others, and counts as a pass: one
   * that has seen the job in flight must not take that back.
   */
  release(shard: ShardKey, holder: Released): Promise<ReleaseOutcome>
  /** Changes a plain shard's books, if the loans are as they were read. */
  writeBooks(owner: ShardState, write: BooksWrite): Promise<BooksOutcome>
  /**
   * Writes down what a shard has borrowed, if nobody has written a pass since its state was read, and counts as a pass: one
   * that would claim into units that go back loses.
   */
  recordBorrowed(
    state: ShardState,
    borrowed: BorrowedUnits,
    expiresAt?: number,
  ): Promise<ShardState | undefined>
  /** The same for what it has borrowed from the limiters of its queue. */
  recordBorrowedFrom(
    state: ShardState,
    borrowed: BorrowedFrom,
    expiresAt?: number,
  ): Promise<ShardState | undefined>
  /**
   * Counts as a pass over the shard: any that has read it before this loses, also one that found no item. One that is made by
   * this may go at `expiresAt` (epoch s). What an earlier version wrote there of limits is removed, unless `keeps` says that they
   * are the shard's own.
   */
  fence(shard: ShardKey, expiresAt: number, keeps?: 'limits'): Promise<void>
  /**
   * Notes since when no function knows the shard, if nobody has written a pass since the state was read. The item is kept
   * until `expiresAt` (epoch s), or without it for as long as it takes.
   */
  strand(state: ShardState, since: number, expiresAt: number | undefined): Promise<void>
  /** The numbers of shards that an earlier version had for a queue. Empty for a queue that it did not know. */
  earlierShards(queue: string): Promise<readonly number[]>
  /**
   * Slows a partition down, in its plain shard, or with `undefined` ends that. Counts as a pass: any that has read the shard
   * before this loses. The item stays until a pass says when it may go; a limiter's, which no pass writes, may go at `expiresAt`
   * (epoch s), unless it has an override.
   */
  slowDown(owner: ShardKey, slow: SlowDown | undefined, expiresAt?: number): Promise<ShardState>
  /**
   * Replaces what people have set for a partition or a limiter, or with `undefined` goes back to what is configured, if it is
   * still what was read. Counts as a pass. The item stays until a pass says when it may go; a limiter's without an override may go
   * at `expiresAt`. `undefined`: somebody has set something else since.
   */
  override(
    owner: ShardState,
    limits: LimitOverride | undefined,
    expiresAt?: number,
  ): Promise<ShardState | undefined>
  /**
   * Writes the number that an app's rate gives a partition into its plain shard, or with `undefined` only makes its item, if
   * nobody has written a pass since the state was read. Counts as a pass. An item that is made by this may go at `expiresAt`.
   */
  derive(
    owner: ShardState,
    derived: DerivedLimit | undefined,
    expiresAt: number,
  ): Promise<ShardState | undefined>
  /** The same for an item that stands, unless it knows of a newer rate. Counts as a pass. `undefined`: nothing was written. */
  rederive(owner: ShardKey, derived: DerivedLimit): Promise<ShardState | undefined>
  /** The rate of an app as it was set at run time. */
  appRecord(app: string): Promise<AppRecord | undefined>
  /** Keeps it, if nobody has set another one since. */
  saveAppRecord(app: string, record: AppRecord, before: AppRecord | undefined): Promise<boolean>
  /** Shards of a group of the due index whose `dueAt` is not after `until`. May be stale. */
  due(group: string, until: number): Promise<readonly DueShard[]>
  /** All state items, or those of a segment of the table, a page at a time. May be stale unless it is to be strong. */
  scan(query?: ScanQuery): Promise<ScanPage>
  /** The state items of these shards that there are. May be stale, and may lack some while the database is busy. */
  glance(shards: readonly ShardKey[]): Promise<Glances>
  /** How far the sweep has come: for each part of the tables the cursor at which it goes on. */
  sweepCursors(): Promise<Readonly<Record<string, string>>>
  /** Keeps the cursor of one part; with `undefined` the next sweep begins it again. */
  saveSweepCursor(part: string, cursor: string | undefined): Promise<void>
  /** What the sweeps have counted of each queue's jobs. What cannot be read is as if it were not there. */
  census(): Promise<CensusRecord>
  saveCensus(record: CensusRecord): Promise<void>
}

export interface PassWrite extends PassChange {
  /** What no other write bears: by it a pass knows its own write whose reply was lost. */
  readonly mark: string
  /** What the shard has borrowed from now on. Absent if that is as it was. */
  readonly borrowed?: BorrowedUnits
  /** The same of the limiters of its queue. */
  readonly borrowedFrom?: BorrowedFrom
  /** What a plain shard keeps for its next job from now on. Absent if that is as it was. */
  readonly keepsNext?: KeptForNext | 'nothing'
  /** What slows the partition down from now on, or that nothing does any more. Absent if that is as it was. */
  readonly slowed?: SlowDown | 'over'
  /** How slow the shard is by itself from now on. The outcomes that are judged by that come off those that are counted. */
  readonly throttling?: Throttling
  /** The start that its next job waits for, or that it waits for none any more. Absent if that is as it was. */
  readonly granted?: Grant | 'over'
  /** The group of the due index that shall list the shard. */
  readonly dueShard?: string
  /** Epoch seconds at which an idle item may go; absent if the item has to stay. */
  readonly expiresAt?: number
}
export type PassOutcome =
  | { readonly kind: 'written'; readonly state: ShardState }
  /** Another write was first. `isUncertain`: this one was sent more than once, and may have been made before that. */
  | { readonly kind: 'conflict'; readonly isUncertain?: true }

export interface BooksWrite extends BooksChange {
  /** Units are lent that were free. Nobody must have lent or claimed any since the books were read. */
  readonly isLending: boolean
  /** Limits that an earlier version kept in other shards: from now on they are the partition's. */
  readonly override?: LimitOverride
  /** There is no end of what is lent, or as much comes back in the same write. Then only a limit must not have been set. */
  readonly isCovered?: true
  /** Epoch seconds at which the item may go, unless it has to stay. */
  readonly expiresAt: number
}
export type BooksOutcome =
  | { readonly kind: 'written'; readonly owner: ShardState }
  /** Somebody else has changed one of the loans, or, if units were to be lent, anything at all. */
  | { readonly kind: 'conflict' }

export interface Attempt {
  readonly token: Token
  readonly deadline: number
  /** The bucket that remembers the start. */
  readonly bucket: string
  /** The worker's process runs other jobs, too. */
  readonly shared?: true
}
export type StartOutcome =
  | { readonly kind: 'started'; readonly state: ShardState }
  | { readonly kind: 'stale'; readonly state?: ShardState }
export type ReleaseOutcome =
  | { readonly kind: 'released'; readonly state: ShardState }
  | { readonly kind: 'gone'; readonly state?: ShardState }

export interface ScanQuery {
  readonly segment?: Segment
  /** Every item is in it that was written before the call. Costs twice as much. */
  readonly isStrong?: true
  readonly cursor?: string
  /** How many items to look at; by default as many as fit in a page. */
  readonly limit?: number
}
/** One of `total` parts of a table that can be read side by side. */
export interface Segment {
  readonly index: number
  readonly total: number
}
export interface Glances {
  readonly states: readonly ShardGlance[]
  readonly damaged: readonly DamagedItem[]
}
/** A state item that somebody damaged by hand, and what is wrong with it. */
export interface DamagedItem {
  readonly shard: string
  readonly problem: string
}
export interface ScanPage extends Glances {
  readonly cursor?: string
}

export interface DueShard {
  readonly shard: ShardKey
  readonly dueAt: number
}
