/**
 * Limits that somebody has set for every partition of a queue, at run time, in place of those that are configured. What is set for
 * one partition comes after that. They stand beside the pauses of queues, and are known to all functions as soon as these.
 */
import * as z from 'zod'
import {
  applyOverride,
  type LimitOverride,
  type Limits,
  NOTE_FIELDS,
  overrideSchema,
  type RateLimit,
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
 * @param limits `undefined` for those that are configured
 */
export function withQueueLimits(
  configured: Limits,
  before: QueueLimits | undefined,
  limits: Omit<QueueLimits, 'waking'> | undefined,
): QueueLimits | undefined {
  const waking = mayBeMore(configured, before, limits) ? { woken: 0 } : before?.waking
  if (!limits && !waking) return undefined
  return { ...limits, ...(waking ? { waking } : {}) }
}

/** Once all are woken. Without limits nothing is left to be said. */
export function wokenAll({ waking: _, ...limits }: QueueLimits): QueueLimits | undefined {
  return isLimiting(limits) ? limits : undefined
}

/** A false yes costs a scan, a false no leaves jobs to the sweep. */
function mayBeMore(
  configured: Limits,
  before: QueueLimits | undefined,
  after: QueueLimits | undefined,
): boolean {
  if (before?.problem !== undefined) return true
  // Each partition has a number of its own, which may be more or less than what was set, or is now.
  const isSet = (limits: LimitOverride | undefined) => limits?.concurrency !== undefined
  if (configured.derivation && isSet(before) !== isSet(after)) return true
  const [was, is] = [applyOverride(configured, before), applyOverride(configured, after)]
  return countOf(is.concurrency) > countOf(was.concurrency) || isFaster(is.rateLimit, was.rateLimit)
}

const countOf = (limit: number | undefined): number => limit ?? Number.POSITIVE_INFINITY

/** In any window at all. */
const isFaster = (is: RateLimit | undefined, was: RateLimit | undefined): boolean =>
  was !== undefined &&
  (is === undefined ||
    is.allowed > was.allowed ||
    is.period_ms < was.period_ms ||
    is.margin_ms < was.margin_ms)
