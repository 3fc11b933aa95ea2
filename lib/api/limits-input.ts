/** Limits as operators write them, turned into an override as it is kept. */
import * as z from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import { type LimitOverride, MAX_SLOTS_PER_SHARD, overrideSchema } from '../core/limits/limits.ts'
import type { QueueConfig } from '../core/queue/config.ts'
import { type Duration, parseDuration } from '../core/text/duration.ts'

/** Limits for one partition. What is left out stays as configured; 0 pauses. */
export interface LimitsInput {
  readonly concurrency?: number
  readonly rateLimit?: { readonly allowed: number; readonly period: Duration; readonly margin?: Duration }
}

/** Who sets limits, and why: kept beside them for whoever wonders. */
export interface LimitsNote {
  readonly by?: string
  readonly reason?: string
}

const duration = z.unknown().transform((value, context) => {
  const time_ms = parseDuration(value)
  if (time_ms === undefined) context.addIssue('a duration is a number of ms or text like "30s", "5m", "1h"')
  return time_ms
})
/** Strict: a limit whose name is misspelt would otherwise lift the one that was meant. */
const inputSchema = z.strictObject({
  concurrency: z.number().optional(),
  rateLimit: z
    .strictObject({ allowed: z.number(), period: duration, margin: duration.optional() })
    .optional(),
})

function toError({ issues: [issue] }: z.ZodError): ConfigurationError {
  return new ConfigurationError(
    issue?.path.map(String).join('.') || 'limits',
    issue?.message ?? 'is not valid',
  )
}

/** @throws ConfigurationError that names the wrong limit */
export function toOverride(
  queue: QueueConfig,
  limits: LimitsInput | null,
  { by, reason }: LimitsNote = {},
): LimitOverride | undefined {
  if (limits === null) return undefined
  const input = inputSchema.safeParse(limits)
  if (!input.success) throw toError(input.error)
  const { concurrency, rateLimit } = input.data
  const override = overrideSchema.safeParse({
    concurrency,
    rateLimit: rateLimit && {
      allowed: rateLimit.allowed,
      period_ms: rateLimit.period,
      ...(rateLimit.margin === undefined ? {} : { margin_ms: rateLimit.margin }),
    },
    by,
    reason,
  })
  if (!override.success) throw toError(override.error)
  const most = queue.shards * MAX_SLOTS_PER_SHARD
  if (concurrency !== undefined && concurrency > most)
    throw new ConfigurationError(
      'concurrency',
      `${queue.shards} shards of queue "${queue.name}" hold at most ${most} jobs: configure more shards`,
    )
  return override.data
}
