/**
 * What Sluice needs of the Schedules table. Reads are strongly consistent unless they say otherwise; every write is atomic.
 * Items come as they stand there, for anybody may have written them.
 */
import type { DeadLetter } from '../core/job/dead-letter.ts'
import type { JobItem, RawItem } from '../core/job/job.ts'
import type { FoundLock, Lock } from '../core/job/lock.ts'
import type { PartitionsNote } from '../core/schedule/partitions-note.ts'
import type { ScheduleKey, ScheduleVersion } from '../core/schedule/schedule.ts'
import type { FoundVersion, RawSchedule, ScheduleItem } from '../core/schedule/schedule-item.ts'
import type { ShardVersion } from '../core/shard/state.ts'

export type { PartitionsNote } from '../core/schedule/partitions-note.ts'
export type { FoundVersion, RawSchedule, ScheduleItem } from '../core/schedule/schedule-item.ts'

export interface ScheduleStore {
  get(key: string): Promise<RawSchedule | undefined>
  /** Up to a hundred, in any order; those that are gone are left out. */
  getMany(keys: readonly string[]): Promise<readonly RawSchedule[]>
  /**
   * The keys of those in a partition whose next tick is at `until` or before, in the order of their next ticks. Reads the due
   * index: may be stale.
   */
  due(query: DueQuery): Promise<DuePage>
  /** All, a page at a time, in any order, by a scan. May be stale; a page may have fewer than the limit, or none. */
  scan(query?: SchedulesQuery): Promise<SchedulesPage>
  /**
   * Puts the whole item if its place is as it was found, or has been written by this very call. One without a version stays what
   * somebody has put by hand.
   */
  put(item: RawSchedule, found: FoundVersion): Promise<'put' | 'stale'>
  /** Removes it if it is as it was found. One that is gone already is `removed`, too: perhaps by this very call. */
  remove(key: string, found: Exclude<FoundVersion, 'absent'>): Promise<'removed' | 'stale'>
  /**
   * Removes an item that somebody has put by hand and puts its dead letter, in one transaction, if it is as it was read: so it has one
   * letter, however often it is refused.
   */
  bury(item: RawSchedule, letter: DeadLetter): Promise<'buried' | 'stale'>
  /**
   * Puts jobs and writes the schedule in one transaction, if the schedule is as it was found. At most 25 jobs. A job that stands
   * there already is `exists`: then nothing is written, and the caller leaves that job out. One that counts (`countedIn`) is
   * counted as in `putCounted`, rooms aside. The same firing again is `fired`, whatever has become of its jobs.
   */
  fire(firing: Firing): Promise<FiringOutcome>
  /**
   * Takes jobs that wait back and writes the schedule in one transaction: if the schedule is as it was found, each job is as it was
   * read, and no pass has been made over a shard of theirs since its state was read. Counts as a pass over each, as `endWaiting` does.
   * It leaves no dead letters, for a tick that is taken back is no failure. At most 20 jobs, all of them counted off.
   */
  withdraw(withdrawal: Withdrawal): Promise<WithdrawalOutcome>
  /**
   * Puts one job if nothing stands under its key, and counts it if it counts. What has failed is not sent again, unless it was
   * refused: so it may be lost, and is never made twice.
   */
  putAtMostOnce(job: JobItem): Promise<'put' | 'exists'>
  /** In how many partitions schedules may lie, as noted by whoever has put one: see `partitions.ts`. Also if it is damaged. */
  partitions(): Promise<PartitionsNote | undefined>
  /** @param found the very note that was read */
  savePartitions(note: PartitionsNote, found: PartitionsNote | 'absent'): Promise<'put' | 'stale'>
  /** Which schedules the configuration has declared, as whoever applies one has noted: see `apply-declared.ts`. */
  declared(): Promise<DeclaredNote | undefined>
  saveDeclared(note: DeclaredNote, found: number | 'absent'): Promise<'put' | 'stale'>
}

export interface DueQuery {
  readonly partition: number
  /** Epoch ms. */
  readonly until: number
  readonly limit: number
  /** Only those behind this. */
  readonly cursor?: DueSchedule
}
export interface DuePage {
  readonly schedules: readonly DueSchedule[]
  /** Absent if nothing stands behind these; it may be there although nothing does. */
  readonly cursor?: DueSchedule
}
export interface DueSchedule {
  readonly key: ScheduleKey
  readonly nextAt: number
}

export interface SchedulesQuery {
  readonly cursor?: string
  /** How many items to look at, a hundred by default. */
  readonly limit?: number
}
export interface SchedulesPage {
  readonly schedules: readonly RawSchedule[]
  readonly cursor?: string
}

export interface Firing {
  readonly schedule: ScheduleItem
  readonly found: ScheduleVersion
  readonly jobs: readonly JobItem[]
  /** If its jobs must not overlap: the one job is put only if no other has this lock. */
  readonly lock?: OverlapLock
}
/** As the lock of a unique key: every ending of the job frees it. */
export interface OverlapLock {
  readonly lock: Lock
  /** The lock that was there: it is taken over if its job is gone. */
  readonly found?: FoundLock
}
export type FiringOutcome =
  | { readonly kind: 'fired' }
  /** Somebody else has written the schedule. */
  | { readonly kind: 'stale' }
  /** A job stands under one of the keys: this very one, perhaps, of a firing whose schedule was written back. */
  | { readonly kind: 'exists'; readonly keys: readonly { readonly pk: string; readonly sk: string }[] }
  /** The lock is another job's, which may still be there. */
  | { readonly kind: 'locked'; readonly lock: Lock }
  /** Another transaction is under way there, or a table has no room at the moment. */
  | { readonly kind: 'busy' }

export interface Withdrawal {
  readonly schedule: ScheduleItem
  readonly found: ScheduleVersion
  /** Each shard once. */
  readonly from: readonly WithdrawnFrom[]
}
export interface WithdrawnFrom {
  readonly state: ShardVersion
  readonly items: readonly RawItem[]
  /** A state item that is made by this may go then (epoch s); absent if there is one that has to stay. */
  readonly expiresAt?: number | undefined
}
export type WithdrawalOutcome =
  | 'withdrawn'
  /** Something is not as it was read, another transaction is under way there, or a table has no room. Nothing was written. */
  | 'stale'

export interface DeclaredNote {
  readonly version: number
  /** The hash of the configuration whose set stands there. Absent while one is being applied. */
  readonly configuration?: string
  /** Each schedule that may stand there and is declared. */
  readonly keys: readonly ScheduleKey[]
}
