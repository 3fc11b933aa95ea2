/** The configuration as all others know it: parsed, with its defaults. `config.ts` makes it of what a user writes. */
import type { AppRate } from '../limits/derived.ts'
import type { Limits } from '../limits/limits.ts'
import type { QueueLimiter } from '../limits/queue-limiter.ts'
import type { SharedRate } from '../limits/shared-rate.ts'
import type { SchedulesConfig } from '../schedule/config-input.ts'
import type { RetryPolicy } from './backoff.ts'
import type { ConfigInput } from './config-input.ts'
import type { OwnRule } from './own-rule.ts'
import type { PartitionRule } from './partition.ts'
import type { KnownLimiter } from './pools.ts'
import type { MaxQueueSize } from './queue-size-input.ts'
import type { RateRule } from './rate-rule.ts'
import type { TagLimit } from './tags-input.ts'

export interface QueueConfig extends Limits {
  readonly name: string
  readonly partition?: PartitionRule
  /** Its rate, if that does not go by partition: `rateLimit` is absent then. */
  readonly rateRule?: RateRule
  /** What its batches go by, if not by partition. */
  readonly batchKey?: OwnRule
  readonly retry: RetryPolicy
  readonly timeout_ms: number
  readonly shards: number
  /** What covers its jobs beside the limits of their partitions, in the order in which shards borrow. */
  readonly limiters: readonly QueueLimiter[]
  /** The rates of its total and its pools. What its jobs name beside those: see `covering.ts`. */
  readonly rates: readonly SharedRate[]
  /** How many jobs may be there. Absent: any number. */
  readonly maxQueueSize?: MaxQueueSize
  /** For how long its jobs are remembered that have ended. Absent: they are not. */
  readonly history_ms?: number
}

export interface Config<
  QueueName extends string = string,
  AppName extends string = string,
  PoolName extends string = string,
  TagKey extends string = string,
> {
  readonly queues: Readonly<Record<QueueName, QueueConfig>>
  readonly apps: Readonly<Record<AppName, AppRate>>
  /** All pools: jobs may name others than their queues do. */
  readonly pools: Readonly<Record<PoolName, KnownLimiter>>
  readonly tags: readonly TagLimit<TagKey>[]
  readonly schedules: SchedulesConfig
  /** What the user wrote: JSON that `defineConfig` takes again. */
  readonly input: ConfigInput<QueueName, AppName, string>
}

/** The queue's configuration, by a name that may come from anywhere. */
export const queueNamed = (config: Config, name: string): QueueConfig | undefined =>
  typeof name === 'string' && Object.hasOwn(config.queues, name) ? config.queues[name] : undefined
