/** What Sluice needs of the History table, where the dead letters are. */
import type { PartKey } from '../core/job/counted.ts'
import type { DeadLetter, LetterKey } from '../core/job/dead-letter.ts'
import type { EndedKey, EndedRecord } from '../core/job/ended-job.ts'
import type { JobItem } from '../core/job/job.ts'
import type { FoundLock, Lock, LockKey } from '../core/job/lock.ts'
import type { MaxSet } from '../core/limits/max-size.ts'
import type { Part, PartCounts } from '../core/limits/queue-size.ts'
import type { Counted } from '../core/why/why.ts'

export interface HistoryStore {
  bury(letter: DeadLetter): Promise<void>
  /** The dead letters under one key (`letterKeys` has those of a queue), oldest first, a page at a time. */
  letters(pk: string, cursor?: string): Promise<LetterPage>
  /** How many there are under one key: it costs what reading them does, and ends after a few megabytes. May be stale. */
  count(pk: string): Promise<Counted>
  /** The same, and how many of them are of one partition, by the same reads. */
  countOf(pk: string, partition: string): Promise<LetterCounts>
  /** How many jobs count under one key (`counted.ts`), by the number of the part. */
  size(pk: string): Promise<PartCounts>
  /** Sets how many jobs a part has, if it still is as it was read: nobody has put a job there or ended one. */
  mendSize(key: PartKey, asRead: Part, jobs: number): Promise<boolean>
  /** Sets a maximum in place of the configured one, and of what was set before, in all parts. `busy`: others are at them. */
  setMaxSize(pk: string, set: MaxSet): Promise<'set' | 'busy'>
  /**
   * Puts a job into the Jobs table and deletes the letter of it, in one transaction, unless the letter is gone or the
   * job's key is taken. `busy` if another transaction is under way there, or the table has no room at the moment. `locked`:
   * its unique key is another's by now.
   */
  putBack(
    letter: LetterKey,
    job: JobItem,
    claim?: KeyClaim,
  ): Promise<'put' | 'gone' | 'occupied' | 'busy' | 'locked'>
  /**
   * Remembers a job that has ended, in place of what is remembered under its key, unless that ended after `since` (epoch ms): what
   * has ended since then is the truth. It gives up after a second, for jobs end here.
   */
  rememberEnded(record: EndedRecord, since: number): Promise<void>
  /** What is remembered of a job. */
  ended(key: EndedKey): Promise<EndedRecord | undefined>
  /** What is remembered under one key (`endedKeys` has those of a partition), the last id first, a page at a time. May be stale. */
  endedJobs(pk: string, cursor?: string): Promise<EndedPage>
  /** The lock of a unique key. */
  lock(key: LockKey): Promise<Lock | undefined>
}
/** With a job that is put, its unique key is taken: a free one, or one whose lock is as it was found, and its job gone. */
export interface KeyClaim {
  readonly key: LockKey
  readonly found?: FoundLock | undefined
}

export interface EndedPage {
  readonly records: readonly EndedRecord[]
  readonly cursor?: string
}

export interface LetterCounts {
  readonly all: Counted
  /** `atLeast` also if there are letters that name no partition: they may be of this one. */
  readonly ofPartition: Counted
}

export interface LetterPage {
  readonly letters: readonly DeadLetter[]
  readonly cursor?: string
}
