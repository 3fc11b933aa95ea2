/**
 * A schedule: a rule with a name that creates jobs. Its item in the Schedules table has the key `<task>|<name>`, so whoever knows
 * the name finds it, whatever partition it lies in. A partition of schedules is a number: one key of the due index.
 */
import type { Priority } from '../keys.ts'
import type { Rule } from './rule.ts'

declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

/** `<task>|<name>`, with `|` and `%` of either escaped. */
export type ScheduleKey = Branded<string, 'ScheduleKey'>
/** Counts the writes of one schedule: whoever writes names the one that it has read. */
export type ScheduleVersion = Branded<number, 'ScheduleVersion'>

/** What becomes of ticks that nobody has fired in time: each makes its job, the latest alone does, or none. */
export type Missed = 'all' | 'one' | 'skip'
/** What becomes of a tick while the job of an earlier one still waits or runs. */
export type Overlap = 'allow' | 'skip' | 'bufferOne'
export type Delivery = 'exactlyOnce' | 'atLeastOnce' | 'atMostOnce'
/** After a failed attempt: as the queue says; no other attempt; or the next attempt at the next tick's time. */
export type OnFailure = 'retry' | 'commit' | 'wait'

export interface ScheduleOptions {
  readonly missed: Missed
  /** A tick that is late by more than this is skipped, whatever `missed` says. */
  readonly catchUp_ms: number
  readonly overlap: Overlap
  readonly delivery: Delivery
  readonly onFailure: OnFailure
  /** Its jobs start so much later at most: by an offset that its name alone decides. 0: on the tick. */
  readonly window_ms: number
  /** A tick's job that has not started so long after it became due never does. Absent: it waits for ever. */
  readonly ttl_ms?: number
  readonly priority?: Priority
  /** Of the job's queue, instead of what the queue's rule computes of the payload. Not yet encoded for a key. */
  readonly jobPartition?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly pools?: Readonly<Record<string, number>>
  readonly cost?: number
}

/** A person, or a program, that has paused it. */
export interface SchedulePause {
  /** Epoch ms. */
  readonly at: number
  readonly by: string
  readonly reason?: string
}

/** It fires no more until it is scheduled anew: its rule, task or queue makes no sense. */
export interface SetAside {
  /** Epoch ms. */
  readonly at: number
  readonly reason: string
}

export interface Schedule {
  readonly key: ScheduleKey
  readonly task: string
  readonly name: string
  /** Of its jobs. */
  readonly queue: string
  readonly rule: Rule
  readonly payload: unknown
  readonly options: ScheduleOptions
  /** Declared in the configuration: a deploy changes and removes it. Absent: somebody has scheduled it at run time. */
  readonly declared?: true
  /** In which partition of schedules it lies. */
  readonly partition: number
  /** What a selector of the user's own has chosen: it lies there, modulo how many there are. Kept as it was, for there may be more again. */
  readonly chosen?: number
  /** The nominal time of its next tick, epoch ms. Absent: it has none, or does not fire (paused, set aside). */
  readonly nextAt?: number
  /** The nominal time of the last tick that was fired or skipped, epoch ms. */
  readonly lastAt?: number
  /** The nominal time of the one tick that waits until the job of an earlier one is gone, epoch ms: overlap `bufferOne`. */
  readonly buffered?: number
  readonly pause?: SchedulePause
  readonly setAside?: SetAside
  /** Ticks whose jobs were put ahead by an earlier definition, and are to be taken back: see `withdraw.ts`. */
  readonly withdraw?: readonly WithdrawnJob[]
  /** Somebody has unscheduled it: it is gone as soon as those are. To everybody else it is not there. */
  readonly isRemoved?: true
  readonly version: ScheduleVersion
  /** Epoch ms. */
  readonly createdAt: number
  readonly updatedAt: number
  /** Since when it has its rule, epoch ms. Absent: since it was made. */
  readonly ruleFrom?: number
}

/** A job's key as it stands in the Jobs table. */
export interface WithdrawnJob {
  readonly pk: string
  readonly sk: string
}

/** What the job of a tick says of it, and what a handler gets as `job.schedule`. All times are nominal, epoch ms. */
export interface TickOfJob {
  readonly task: string
  readonly name: string
  readonly at: number
  /** Absent for the first. */
  readonly previous?: number
  /** The next five, or fewer if there are no more. */
  readonly next: readonly number[]
  /** By how much daylight saving has moved it: the local time of the rule does not exist on that day. */
  readonly moved_ms?: number
  /** Somebody has asked for it, beside the rule. */
  readonly isManual?: true
  /** Absent: as the queue says. */
  readonly onFailure?: Exclude<OnFailure, 'retry'>
}
