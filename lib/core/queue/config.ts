/** What a user configures: parsed once, unknown keys refused, every error with its path. */
import * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { QUEUE_NAME } from '../keys.ts'
import { derivedNumber } from '../limits/app-rate.ts'
import type { AppRate } from '../limits/derived.ts'
import { SLOTS_OF_A_SMALL_ITEM } from '../limits/in-force.ts'
import { limitFields, toRate } from '../limits/input.ts'
import { type Limits, LONGEST_MS, MAX_SLOTS_PER_SHARD, withMargin } from '../limits/limits.ts'
import { durationBetween } from '../text/duration.ts'
import { toConfigurationError } from '../text/issues.ts'
import { LONGEST_HANDLER_MS } from '../times.ts'
import { appFields, appsSchema, derivationOf } from './apps.ts'
import type { RetryPolicy } from './backoff.ts'
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
  ...appFields,
  /** How many jobs of a partition start in any window. Default: unlimited. */
  rateLimit: limits.rateLimit,
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
  /** Whose rates queues derive their concurrency from. */
  apps: appsSchema.optional(),
})

type AnyQueueInput = z.input<typeof queueSchema>
export interface QueueInput<AppName extends string = never> extends Omit<AnyQueueInput, 'app'> {
  readonly app?: AppName | undefined
}
export interface ConfigInput<QueueName extends string = string, AppName extends string = never> {
  readonly queues: Readonly<Record<QueueName, QueueInput<NoInfer<AppName>>>>
  readonly apps?: Readonly<Record<AppName, AppRate>> | undefined
}

export interface QueueConfig extends Limits {
  readonly name: string
  readonly partition?: PartitionRule
  readonly retry: RetryPolicy
  readonly timeout_ms: number
  readonly shards: number
}

export interface Config<QueueName extends string = string, AppName extends string = string> {
  readonly queues: Readonly<Record<QueueName, QueueConfig>>
  readonly apps: Readonly<Record<AppName, AppRate>>
  /** What the user wrote: JSON that `defineConfig` takes again. */
  readonly input: ConfigInput<QueueName, AppName>
}

/**
 * Checks a configuration and fills in its defaults.
 * @throws ConfigurationError that names the path of each mistake
 */
export function defineConfig<const QueueName extends string, const AppName extends string = never>(
  input: ConfigInput<QueueName, AppName>,
): Config<QueueName, AppName> {
  const result = configSchema.safeParse(input)
  if (!result.success) throw toConfigurationError(result.error, 'config')
  const apps = result.data.apps ?? {}
  const queues = Object.entries(result.data.queues).map(([name, queue]) => [name, toQueue(apps, name, queue)])
  return {
    queues: Object.fromEntries(queues) as Record<QueueName, QueueConfig>,
    apps: apps as Record<AppName, AppRate>,
    input,
  }
}

type ParsedQueue = z.output<typeof queueSchema>

/** A derived concurrency is known by the configured rate: by that a partition is spread. */
function limitsOf(apps: Readonly<Record<string, AppRate>>, name: string, queue: ParsedQueue): Limits {
  const derivation = derivationOf(apps, name, queue)
  const concurrency = derivation ? derivedNumber(derivation.rate, derivation) : queue.concurrency
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(queue.rateLimit ? { rateLimit: withMargin(toRate(queue.rateLimit)) } : {}),
    ...(derivation ? { derivation } : {}),
  }
}

function toQueue(apps: Readonly<Record<string, AppRate>>, name: string, queue: ParsedQueue): QueueConfig {
  const limits = limitsOf(apps, name, queue)
  const { retry } = queue
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
