/**
 * Limits that somebody has set for every partition of a queue, at run time, in place of those that are configured. What is set for
 * one partition comes after that. They stand beside the pauses of queues, and are known to all functions as soon as these.
 */
import * as z from 'zod'
import {
  type LimitOverride,
  type Limits,
  NOTE_FIELDS,
  overrideSchema,
  type RateLimit,
  withMargin,
} from '../limits/limits.ts'
import { describeIssues } from '../text/issues.ts'
import { wokenSchema } from './queue-pauses.ts'

const { concurrency, rateLimit } = overrideSchema.shape

const queueLimitsSchema = z.strictObject({
  concurrency,
  rateLimit,
  ...NOTE_FIELDS,
  /** Epoch ms. */
  since: z.number().optional(),
  /** More may run than before, and what waits for that is being woken. */
  waking: wokenSchema.optional(),
})

export type QueueLimits = z.infer<typeof queueLimitsSchema> & {
  /** Nobody can read what stands there, so nothing of the queue runs. */
  readonly problem?: string
}

/** Queue → the limits that are set for its partitions. */
export type LimitsOfQueues = ReadonlyMap<string, QueueLimits>

/** What cannot be read pauses, lest more runs than was meant. */
export function toQueueLimits(value: unknown): QueueLimits {
  const parsed = queueLimitsSchema.safeParse(value)
  return parsed.success ? parsed.data : { problem: describeIssues(parsed.error) }
}

/** Whether that says anything that a partition obeys. */
export const isLimiting = ({ concurrency, rateLimit, problem }: QueueLimits): boolean =>
  [concurrency, rateLimit, problem].some((limit) => limit !== undefined)

/**
 * What is to stand there when somebody sets limits. What waits is woken if more may run than before; and if a call has died that
 * was at that, the rest of it is woken, too.
 * @param set without limits for those that are configured. `since` makes each change another, also one that says the same: a call that
 *   wakes what waits by an earlier one must not take it for its own.
 */
export function withQueueLimits(
  configured: Limits,
  before: QueueLimits | undefined,
  set: Omit<QueueLimits, 'waking'>,
): QueueLimits | undefined {
  const waking = mayBeMore(configured, before, set) ? { woken: 0 } : before?.waking
  if (waking) return { ...set, waking }
  return isLimiting(set) ? set : undefined
}

/** Once all are woken. Without limits nothing is left to be said. */
export function wokenAll({ waking: _, ...limits }: QueueLimits): QueueLimits | undefined {
  return isLimiting(limits) ? limits : undefined
}

/** A false yes costs a scan, a false no leaves jobs to the sweep. What is taken back may be less than what is configured by now. */
const mayBeMore = (configured: Limits, before: QueueLimits = {}, after: QueueLimits): boolean =>
  before.problem !== undefined ||
  mayRunMore(configured, before, after) ||
  mayStartMore(configured, before, after)

function mayRunMore(configured: Limits, before: QueueLimits, after: QueueLimits): boolean {
  if (after.concurrency === undefined) return before.concurrency !== undefined
  // Each partition has a number of its own.
  const usual = configured.derivation ? 0 : (configured.concurrency ?? Number.POSITIVE_INFINITY)
  return after.concurrency > (before.concurrency ?? usual)
}

type Rated = Pick<LimitOverride, 'rateLimit'>

/** Whether a rate that somebody has set, or taken back, lets more start than what was set before. */
export function mayStartMore(configured: Pick<Limits, 'rateLimit'>, before: Rated, after: Rated): boolean {
  if (after.rateLimit === undefined) return before.rateLimit !== undefined
  const was = before.rateLimit ? withMargin(before.rateLimit) : configured.rateLimit
  return was !== undefined && isFaster(withMargin(after.rateLimit), was)
}

/** In some window at least. */
const isFaster = (is: RateLimit, was: RateLimit): boolean =>
  is.allowed > was.allowed || is.period_ms < was.period_ms || is.margin_ms < was.margin_ms
