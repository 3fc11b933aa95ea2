/** What a user configures: parsed once, unknown keys refused, every error with its path. */
import * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { QUEUE_NAME } from '../keys.ts'
import { adaptiveSchema } from '../limits/adaptive-input.ts'
import { SLOTS_OF_A_SMALL_ITEM } from '../limits/in-force.ts'
import { limitFields, toRate } from '../limits/input.ts'
import {
  type Limits,
  LONGEST_MS,
  MAX_SLOTS_PER_SHARD,
  SHORTEST_PERIOD_MS,
  withMargin,
} from '../limits/limits.ts'
import { durationBetween } from '../text/duration.ts'
import { toConfigurationError } from '../text/issues.ts'
import { LONGEST_HANDLER_MS } from '../times.ts'
import type { RetryPolicy } from './backoff.ts'
import { intervalOf } from './interval.ts'
import { type PartitionRule, partitionSchema } from './partition.ts'

/** Eight slots each, so that a thousand jobs of a partition are in flight. */
const SHARDS_WHEN_UNLIMITED = 125
const MAX_SHARDS = 1000

const duration = (min_ms: number, max_ms = LONGEST_MS) => durationBetween(min_ms, max_ms)
const limits = limitFields('leave it out for no limit')

const queueSchema = z.strictObject({
  /** Which jobs share a limit. Default: all jobs of the queue. */
  partition: partitionSchema.optional(),
  /** How many jobs of a partition run simultaneously. Default: unlimited. */
  concurrency: limits.concurrency,
  /** How many jobs of a partition start in any window. Default: unlimited. */
  rateLimit: limits.rateLimit,
  /** The shortest time between two starts of a partition. Default: none. */
  minInterval: duration(SHORTEST_PERIOD_MS).optional(),
  /** A partition is slower by itself while too many of its attempts fail; `true` for the defaults. Default: it is not. */
  adaptive: adaptiveSchema.optional(),
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
  /** Over how many items a partition is spread. Default: one for up to 10 slots, then one for each 8. */
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
  if (!result.success) throw toConfigurationError(result.error, 'config')
  const queues = Object.entries(result.data.queues).map(([name, queue]) => [name, toQueue(name, queue)])
  return { queues: Object.fromEntries(queues) as Record<QueueName, QueueConfig>, input }
}

function toQueue(name: string, queue: z.output<typeof queueSchema>): QueueConfig {
  const { retry } = queue
  const rateLimit = intervalOf(name, queue) ?? (queue.rateLimit && withMargin(toRate(queue.rateLimit)))
  const limits: Limits = {
    ...(queue.concurrency === undefined ? {} : { concurrency: queue.concurrency }),
    ...(rateLimit ? { rateLimit } : {}),
    ...(queue.adaptive ? { adaptive: queue.adaptive } : {}),
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

/**
 * Enough shards for small items. A rate is spread only if each shard can have a worthwhile part of it. How many there
 * are limits nothing: shards borrow from one another.
 */
function defaultShards({ concurrency, rateLimit }: Limits): number {
  const slots = concurrency === undefined ? SHARDS_WHEN_UNLIMITED : parts(concurrency)
  const starts = rateLimit ? parts(rateLimit.allowed) : slots
  return Math.max(1, Math.min(MAX_SHARDS, Math.max(leastShards(concurrency), Math.min(slots, starts))))
}

/** An item that lends nothing and has borrowed nothing has room for ten slots in 1 KB. */
const SLOTS_OF_ONE_SHARD = 10

const parts = (units: number): number =>
  units <= SLOTS_OF_ONE_SHARD ? 1 : Math.ceil(units / SLOTS_OF_A_SMALL_ITEM)

const leastShards = (concurrency = 0): number => Math.ceil(concurrency / MAX_SLOTS_PER_SHARD)

function checkShards(name: string, { concurrency }: Limits, shards: number): void {
  const least = leastShards(concurrency)
  if (shards < least)
    throw new ConfigurationError(
      `queues.${name}.shards`,
      `concurrency ${concurrency} needs at least ${least} shards of ${MAX_SLOTS_PER_SHARD} slots, and here are ${shards}`,
    )
}

/** The queue's configuration, by a name that may come from anywhere. */
export const queueNamed = (config: Config, name: string): QueueConfig | undefined =>
  typeof name === 'string' && Object.hasOwn(config.queues, name) ? config.queues[name] : undefined
