/** Limits as operators write them, turned into an override as it is kept. */
import * as z from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import { limitFields, toRate } from '../core/limits/input.ts'
import { type LimitOverride, MAX_SLOTS_PER_SHARD } from '../core/limits/limits.ts'
import type { QueueConfig } from '../core/queue/config.ts'
import type { Duration } from '../core/text/duration.ts'
import { toConfigurationError } from '../core/text/issues.ts'

/** Limits for one partition. What is left out stays as configured; 0 pauses. */
export interface LimitsInput {
  readonly concurrency?: number
  readonly rateLimit?: { readonly allowed: number; readonly period: Duration; readonly margin?: Duration }
}

/** Strict: a limit whose name is misspelt would otherwise lift the one that was meant. */
const inputSchema = z.strictObject(limitFields('leave it out for the configured one'))

/** @throws ConfigurationError that names the wrong limit */
export function toOverride(queue: QueueConfig, limits: LimitsInput | null): LimitOverride | undefined {
  if (limits === null) return undefined
  const input = inputSchema.safeParse(limits)
  if (!input.success) throw toConfigurationError(input.error, 'limits')
  const { concurrency, rateLimit } = input.data
  const most = queue.shards * MAX_SLOTS_PER_SHARD
  if (concurrency !== undefined && concurrency > most)
    throw new ConfigurationError(
      'concurrency',
      `${queue.shards} shards of queue "${queue.name}" hold at most ${most} jobs: configure more shards`,
    )
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rateLimit ? { rateLimit: toRate(rateLimit) } : {}),
  }
}
