/** What a user configures: parsed once, unknown keys refused, every error with its path. */
import * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { QUEUE_NAME } from '../keys.ts'
import {
  defaultMargin,
  type Limits,
  LONGEST_MS,
  MAX_SLOTS_PER_SHARD,
  MOST_ALLOWED,
  SHORTEST_PERIOD_MS,
} from '../limits/limits.ts'
import { type Duration, parseDuration } from '../text/duration.ts'
import { LONGEST_HANDLER_MS } from '../times.ts'
import type { RetryPolicy } from './backoff.ts'
import { type PartitionRule, partitionSchema } from './partition.ts'

/** So many slots fit in 1 KB beside the rest of a state item, which keeps every write at one unit. */
const SLOTS_PER_SHARD = 10
const SHARDS_WHEN_UNLIMITED = 10
const MAX_SHARDS = 1000

const duration = (min_ms: number, max_ms = LONGEST_MS) =>
  z
    .custom<Duration>(
      (value) => parseDuration(value) !== undefined,
      'a duration is a number of ms or text like "30s", "5m", "1h"',
    )
    .transform((value) => parseDuration(value) as number)
    .pipe(z.number().min(min_ms).max(max_ms))

const count = z
  .int()
  .min(0, 'a limit is 0 (paused) or more; leave it out for no limit')
  .max(MOST_ALLOWED, `a limit is at most ${MOST_ALLOWED}; leave it out for no limit`)

const queueSchema = z.strictObject({
  /** Which jobs share a limit. Default: all jobs of the queue. */
  partition: partitionSchema.optional(),
  /** How many jobs of a partition run simultaneously. Default: unlimited. */
  concurrency: count.optional(),
  /** How many jobs of a partition start in any window. Default: unlimited. */
  rateLimit: z
    .strictObject({ allowed: count, period: duration(SHORTEST_PERIOD_MS), margin: duration(0).optional() })
    .optional(),
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(1000).default(5),
      backoff: duration(0).default(1000),
      factor: z.number().min(1).max(10).default(2),
      maxBackoff: duration(0).default(3_600_000),
      jitter: z.number().min(0).max(1).default(0.5),
    })
    .prefault({}),
  /** How long a handler may take. Default: one minute. */
  timeout: duration(1, LONGEST_HANDLER_MS).default(60_000),
  /** Over how many items a partition is spread. Default: one for each 10 slots. */
  shards: z.int().min(1).max(MAX_SHARDS).optional(),
})

const configSchema = z.strictObject({
  queues: z
    .record(
      z.string().regex(QUEUE_NAME, 'a queue name has letters, digits, _ and -, at most 64'),
      queueSchema,
    )
    .refine((queues) => Object.keys(queues).length > 0, 'at least one queue is needed'),
})

export type QueueInput = z.input<typeof queueSchema>
export interface ConfigInput<QueueName extends string = string> {
  readonly queues: Readonly<Record<QueueName, QueueInput>>
}

export interface QueueConfig extends Limits {
  readonly name: string
  readonly partition?: PartitionRule
  readonly retry: RetryPolicy
  readonly timeout_ms: number
  readonly shards: number
}

export interface Config<QueueName extends string = string> {
  readonly queues: Readonly<Record<QueueName, QueueConfig>>
  /** What the user wrote: JSON that `defineConfig` takes again. */
  readonly input: ConfigInput<QueueName>
}

/**
 * Checks a configuration and fills in its defaults.
 * @throws ConfigurationError that names the path of each mistake
 */
export function defineConfig<const QueueName extends string>(
  input: ConfigInput<QueueName>,
): Config<QueueName> {
  const result = configSchema.safeParse(input)
  if (!result.success) throw toConfigurationError(result.error.issues)
  const queues = Object.entries(result.data.queues).map(([name, queue]) => [name, toQueue(name, queue)])
  return { queues: Object.fromEntries(queues) as Record<QueueName, QueueConfig>, input }
}

function toConfigurationError(issues: readonly z.core.$ZodIssue[]): ConfigurationError {
  const lines = issues.map(({ path, message }) => [path.map(String).join('.') || 'config', message] as const)
  const [[path, message] = ['config', 'is not valid'], ...others] = lines
  return new ConfigurationError(path, [message, ...others.map((line) => line.join(': '))].join('\n'))
}

function toQueue(name: string, queue: z.output<typeof queueSchema>): QueueConfig {
  const { rateLimit, retry } = queue
  const limits: Limits = {
    ...(queue.concurrency === undefined ? {} : { concurrency: queue.concurrency }),
    ...(rateLimit ? { rateLimit: toRateLimit(rateLimit) } : {}),
  }
  const shards = queue.shards ?? defaultShards(limits)
  checkShards(name, limits, shards)
  const { attempts, backoff, factor, maxBackoff, jitter } = retry
  return {
    name,
    ...limits,
    ...(queue.partition ? { partition: queue.partition } : {}),
    retry: { attempts, backoff_ms: backoff, factor, maxBackoff_ms: maxBackoff, jitter },
    timeout_ms: queue.timeout,
    shards,
  }
}

const toRateLimit = (rate: { allowed: number; period: number; margin?: number | undefined }) => ({
  allowed: rate.allowed,
  period_ms: rate.period,
  margin_ms: rate.margin ?? defaultMargin(rate.period),
})

/** Enough shards for items of 1 KB; a rate is divided only where each share of it is worth having. */
function defaultShards({ concurrency, rateLimit }: Limits): number {
  const slots = concurrency === undefined ? SHARDS_WHEN_UNLIMITED : Math.ceil(concurrency / SLOTS_PER_SHARD)
  const starts = rateLimit ? Math.ceil(rateLimit.allowed / SLOTS_PER_SHARD) : slots
  const wanted = Math.max(leastShards(concurrency), Math.min(slots, starts))
  return Math.max(1, Math.min(MAX_SHARDS, wanted, rateLimit?.allowed || wanted))
}

const leastShards = (concurrency = 0): number => Math.ceil(concurrency / MAX_SLOTS_PER_SHARD)

function checkShards(name: string, { concurrency, rateLimit }: Limits, shards: number): void {
  const path = `queues.${name}.shards`
  const least = leastShards(concurrency)
  const dividable = rateLimit?.allowed || MAX_SHARDS
  if (least > dividable)
    throw new ConfigurationError(
      `queues.${name}.concurrency`,
      `a rate of ${dividable} cannot be shared by the ${least} shards that ${concurrency} jobs need: use at most ${dividable * MAX_SLOTS_PER_SHARD}`,
    )
  if (shards < least)
    throw new ConfigurationError(
      path,
      `concurrency ${concurrency} needs at least ${least} shards of ${MAX_SLOTS_PER_SHARD} slots, and here are ${shards}`,
    )
  if (concurrency && shards > concurrency)
    throw new ConfigurationError(
      path,
      `${shards} shards cannot share a concurrency of ${concurrency}: use at most ${concurrency}`,
    )
  if (rateLimit?.allowed && shards > rateLimit.allowed)
    throw new ConfigurationError(
      path,
      `${shards} shards cannot share a rate of ${rateLimit.allowed}: use at most ${rateLimit.allowed}`,
    )
}

/** The queue's configuration, by a name that may come from anywhere. */
export const queueNamed = (config: Config, name: string): QueueConfig | undefined =>
  typeof name === 'string' && Object.hasOwn(config.queues, name) ? config.queues[name] : undefined
