import type { QueueConfig } from '../core/config.ts'
import { type Duration, parseDuration } from '../core/duration.ts'
import { ConfigurationError } from '../core/errors.ts'
import { type LimitOverride, MAX_SLOTS_PER_SHARD, overrideSchema } from '../core/limits.ts'

/** Limits for one partition. What is left out stays as configured; 0 pauses. */
export interface LimitsInput {
  readonly concurrency?: number
  readonly rateLimit?: { readonly allowed: number; readonly period: Duration; readonly margin?: Duration }
}

/** @throws ConfigurationError that names the wrong limit */
export function toOverride(queue: QueueConfig, limits: LimitsInput | null): LimitOverride | undefined {
  if (limits === null) return undefined
  const { concurrency, rateLimit } = limits
  const override = overrideSchema.safeParse({
    concurrency,
    rateLimit: rateLimit && {
      allowed: rateLimit.allowed,
      period_ms: parseDuration(rateLimit.period),
      ...(rateLimit.margin === undefined ? {} : { margin_ms: parseDuration(rateLimit.margin) }),
    },
  })
  if (!override.success) {
    const [issue] = override.error.issues
    throw new ConfigurationError(issue?.path.join('.') ?? 'limits', issue?.message ?? 'is not valid')
  }
  const most = queue.shards * MAX_SLOTS_PER_SHARD
  if (concurrency !== undefined && concurrency > most)
    throw new ConfigurationError(
      'concurrency',
      `${queue.shards} shards of queue "${queue.name}" hold at most ${most} jobs: configure more shards`,
    )
  return override.data
}
