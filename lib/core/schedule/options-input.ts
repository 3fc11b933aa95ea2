/** What people may say of a schedule beside its rule, with the defaults, and which of it makes no sense together. */
import * as z from 'zod'
import { InvalidJobError } from '../errors.ts'
import { costSchema } from '../job/cost-input.ts'
import { jobPoolsSchema, tagsOfJobSchema } from '../job/labels.ts'
import { isPriority, type Priority } from '../keys.ts'
import { givenPartition } from '../queue/partition.ts'
import { durationBetween } from '../text/duration.ts'
import { describeIssues } from '../text/issues.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { secondsText } from '../text/seconds.ts'
import { MISSED_AFTER_MS } from '../times.ts'
import type { Rule } from './rule.ts'
import type { ScheduleOptions } from './schedule.ts'
import { shortestGap } from './ticks.ts'

const DAY_MS = 86_400_000
const YEAR_MS = 366 * DAY_MS
/**
 * An outage of hours costs no nightly job; and what a schedule has missed while nobody ran it for weeks is not made up for, which
 * with `missed: 'all'` might be a million jobs.
 */
const CATCH_UP_MS = DAY_MS

const partitionSchema = z.string().superRefine((partition, context) => {
  try {
    givenPartition(partition)
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error
    context.addIssue({ code: 'custom', message: error.message })
  }
})

/** Of a strict object that has them beside others. `toOptions` makes options of them. */
export const optionFields = {
  /**
   * Ticks that are late by more than a minute when somebody sees them, after an outage say. `one`: the latest makes its job, the
   * others none. `all`: each makes its job. `skip`: none does. Default: `one`. A one-time whose time is past is never skipped.
   */
  missed: z.enum(['all', 'one', 'skip']).optional(),
  /** A tick that is later than this is skipped, whatever `missed` says. From one minute to 366 days. Default: one day. */
  catchUp: durationBetween(MISSED_AFTER_MS, YEAR_MS).optional(),
  /**
   * A tick while the job of an earlier one waits or runs. `allow`: it makes its job. `skip`: it makes none. `bufferOne`: one such
   * tick makes its job when the earlier one has ended. Default: `allow`. The others need `exactlyOnce`.
   */
  overlap: z.enum(['allow', 'skip', 'bufferOne']).optional(),
  /**
   * How many jobs a tick makes, whatever crashes: `exactlyOnce` costs half as much again as the others. Only with it does a firing that
   * is under way put nothing once a change, a pause or an `unschedule` has returned. Default: that.
   */
  delivery: z.enum(['exactlyOnce', 'atLeastOnce', 'atMostOnce']).optional(),
  /** After a failed attempt. `retry`: as the queue says. `commit`: no other attempt. `wait`: one at the next tick. Default: `retry`. */
  onFailure: z.enum(['retry', 'commit', 'wait']).optional(),
  /** Its jobs start later by an offset that its name decides, from 0 up to this: so not all that tick at nine start at nine. Default: 0. */
  window: durationBetween(0, YEAR_MS).optional(),
  /** If a job has not started so long after it became due, it never does. From 1 s. Default: it waits. */
  ttl: durationBetween(1000, YEAR_MS).optional(),
  /** Of its jobs: 0 (first) to 9. Default: as for any job. */
  priority: z.custom<Priority>(isPriority, 'is a whole number from 0 (first) to 9').optional(),
  /** Of its jobs, instead of what their queue computes. */
  partition: partitionSchema.optional(),
  tags: tagsOfJobSchema.optional(),
  pools: jobPoolsSchema.optional(),
  /** As how many starts a job counts. */
  cost: costSchema.optional(),
}
const optionsSchema = z.strictObject(optionFields)
type OptionFields = z.output<typeof optionsSchema>
export type ScheduleOptionsInput = z.input<typeof optionsSchema>

/** The options that a caller gave, or what has to be changed about them. `{}` gives the defaults. */
export function parseOptions(input: unknown, rule: Rule): Parsed<ScheduleOptions> {
  const fields = optionsSchema.safeParse(input)
  return fields.success ? toOptions(fields.data, rule) : refused(describeIssues(fields.error))
}

export function toOptions(fields: OptionFields, rule: Rule): Parsed<ScheduleOptions> {
  const problem = PROBLEMS.map((problemOf) => problemOf(fields, rule)).find((found) => found !== undefined)
  if (problem !== undefined) return refused(problem)
  const { ttl, priority, partition, tags, pools, cost } = fields
  return parsed({
    missed: fields.missed ?? 'one',
    catchUp_ms: fields.catchUp ?? CATCH_UP_MS,
    overlap: fields.overlap ?? 'allow',
    delivery: fields.delivery ?? 'exactlyOnce',
    onFailure: fields.onFailure ?? 'retry',
    window_ms: fields.window ?? 0,
    ...(ttl === undefined ? {} : { ttl_ms: ttl }),
    ...(priority === undefined ? {} : { priority }),
    ...(partition === undefined ? {} : { jobPartition: partition }),
    ...(tags ? { tags } : {}),
    ...(pools ? { pools } : {}),
    ...(cost === undefined ? {} : { cost }),
  })
}

/** Each names one thing that contradicts another. */
const PROBLEMS: readonly ((fields: OptionFields, rule: Rule) => string | undefined)[] = [
  ({ overlap = 'allow', delivery = 'exactlyOnce' }) =>
    overlap !== 'allow' && delivery !== 'exactlyOnce'
      ? `overlap "${overlap}" needs delivery exactlyOnce, which alone writes a job together with what keeps others out: leave overlap or delivery out`
      : undefined,
  ({ missed, catchUp }) =>
    missed === 'skip' && catchUp !== undefined
      ? 'missed "skip" catches up with nothing: leave catchUp out'
      : undefined,
  ({ onFailure }, rule) =>
    onFailure === 'wait' && rule.kind === 'at'
      ? 'onFailure "wait" waits for the next tick, and a one-time has none: leave it out'
      : undefined,
  ({ window = 0 }, rule) => {
    const gap_ms = shortestGap(rule)
    return window > gap_ms
      ? `a window of ${secondsText(window)} is longer than the ${secondsText(gap_ms)} between two ticks: make it shorter`
      : undefined
  },
]
