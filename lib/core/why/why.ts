/** Answers to "why does it not run?": plain data, which `whyText` says in a line. Times are epoch ms. */
import type { EndedJob } from '../job/ended-job.ts'
import type { Look } from '../pass/input.ts'
import type { Census, LongestWait, QueueCount } from './census.ts'
import type { LimiterInfo } from './limiter-info.ts'
import type { QueueLimitsSeen } from './queue-limits-seen.ts'
import type { Reason } from './reason.ts'
import type { SizesSeen } from './sizes.ts'

/** The job that was asked about. */
export interface AskedJob {
  readonly pk: string
  /** Where it stands now: with each attempt its time is a later one. */
  readonly sk: string
  readonly id: string
  readonly attempt: number
}

interface Answer {
  /** When it was looked at. */
  readonly at: number
}
/** Nothing of the shard can be said, or runs, until somebody has mended that. */
interface Problem extends Answer {
  readonly problem: string
}

export type Trouble =
  /** Its queue, or a partition rule that fits it, is not in the configuration. */
  | (Problem & { readonly kind: 'stranded' })
  /** The state item of its shard, or the plain shard's, cannot be read. */
  | (Problem & { readonly kind: 'damaged' })
  /** The books of its partition and what a shard knows of them do not fit: the next pass over it mends that. */
  | (Problem & { readonly kind: 'unsettled' })

/** Why a job does not run, or that it does. */
export type JobWhy =
  | Trouble
  /**
   * It stands neither under its key nor, as far as `isSearchedWhole` says, under a later one: it is done, a dead letter, or
   * was taken away.
   */
  | (Answer & { readonly kind: 'gone'; readonly isSearchedWhole: boolean })
  /** It has ended, and its queue has a `history` that says how. */
  | (Answer & { readonly kind: 'ended'; readonly job: EndedJob })
  /** It can never run: the next visit makes a dead letter of it. */
  | (Problem & { readonly kind: 'malformed' })
  | (Answer & { readonly kind: 'delayed'; readonly job: AskedJob; readonly until: number })
  /** It does not start any more: it is too late, or somebody has cancelled it. A pass that meets it ends it. */
  | (Answer & { readonly kind: 'doomed'; readonly job: AskedJob; readonly error: string })
  | (Answer & { readonly kind: 'claimed'; readonly job: AskedJob; readonly sentAt: number })
  /** If `until` has passed, its worker has died, and the next pass sees to it. */
  | (Answer & { readonly kind: 'running'; readonly job: AskedJob; readonly until: number })
  | (Answer & {
      readonly kind: 'waiting'
      readonly job: AskedJob
      readonly since: number
      readonly ahead: Counted
      /** Whether the jobs before it are all of its partition's, or those of one of its shards. */
      readonly aheadIn: 'partition' | 'shard'
      /** What holds it; empty if the next pass claims it, or one before it. */
      readonly holds: readonly Reason[]
      readonly looks: readonly Look[]
    })

/** How many there are; at least so many, if counting on would have cost too much. */
export interface Counted {
  readonly count: number
  readonly atLeast?: true
}

/** One shard of a partition in which something is in flight or waits. */
export interface ShardWhy {
  readonly shard: string
  readonly inFlight: number
  /** Jobs that the next pass would claim, of those that it would read. */
  readonly startable: number
  /** What holds the others. */
  readonly holds: readonly Reason[]
  /** When the shard is looked at although nobody comes. */
  readonly looks: readonly Look[]
}

/** Why jobs of a partition do not run. */
export type PartitionWhy =
  | Trouble
  | (Answer & {
      readonly kind: 'partition'
      readonly queue: string
      readonly partition?: string
      /** Of a queue that has `maxQueueSize`: why jobs are refused before they could wait. */
      readonly sizes?: SizesSeen
      readonly shards: readonly ShardWhy[]
      readonly troubles: readonly (Trouble & { readonly shard: string })[]
    })

/** What a limiter does to those who need it. */
export type LimiterWhy =
  | Trouble
  | (Answer &
      LimiterInfo & {
        readonly kind: 'limiter'
        /**
         * What would hold one more job that came now, from a shard that has nothing yet, needs as little of the limiter as any,
         * and nothing else; empty if it could start. No job was read, so `jobs` is 0.
         */
        readonly holds: readonly Reason[]
      })

/** What holds back the jobs of a whole queue. */
export type QueueWhy =
  | Trouble
  | (Answer & {
      readonly kind: 'queue'
      readonly queue: string
      /** What holds every partition, whatever it uses: that somebody has paused the queue. No job was read, so `jobs` is 0. */
      readonly holds: readonly Reason[]
      /** What somebody has set for all of its partitions. */
      readonly queueLimits?: QueueLimitsSeen
      /** Of a queue that has `maxQueueSize`: why jobs are refused before they could wait. */
      readonly sizes?: SizesSeen
      /** What all of its jobs need: its total, its pools, and their rates. */
      readonly limiters: readonly (LimiterWhy & { readonly name: string })[]
      /**
       * Which shards wait, and for what, as the sweep has counted them, between `from` and `until`: as old as that, and not exact.
       * Absent until a sweep has come to the end.
       */
      readonly counted?: QueueCount & Pick<Census, 'from' | 'until'>
      /** The shard that had waited for longest then, as it is now. Absent if none waited. */
      readonly longest?: LongestWait & {
        readonly partition?: string
        readonly now: ShardWhy | Trouble
      }
    })

export type Why = JobWhy | PartitionWhy | LimiterWhy | QueueWhy
