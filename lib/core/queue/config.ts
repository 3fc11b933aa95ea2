/** What a user configures: parsed once, unknown keys refused, every error with its path. */
import { ConfigurationError } from '../errors.ts'
import { derivedNumber } from '../limits/app-rate.ts'
import type { AppRate } from '../limits/derived.ts'
import { SLOTS_OF_A_SMALL_ITEM } from '../limits/in-force.ts'
import { toRate } from '../limits/input.ts'
import { type Limits, mostSlots, withMargin } from '../limits/limits.ts'
import type { QueueLimiter } from '../limits/queue-limiter.ts'
import type { SharedRate } from '../limits/shared-rate.ts'
import { type SchedulesConfig, schedulesOf } from '../schedule/config-input.ts'
import { toConfigurationError } from '../text/issues.ts'
import { derivationOf } from './apps.ts'
import type { RetryPolicy } from './backoff.ts'
import { batchOf } from './batch-input.ts'
import { batchKeyOf } from './batch-key.ts'
import { type ConfigInput, configSchema, MAX_SHARDS, type ParsedQueue } from './config-input.ts'
import { costsOf } from './costs-input.ts'
import { withGuaranteed } from './guaranteed-input.ts'
import { intervalOf } from './interval.ts'
import { limitersOf } from './limiters-input.ts'
import type { OwnRule } from './own-rule.ts'
import type { PartitionRule } from './partition.ts'
import { type KnownLimiter, poolsOf } from './pools.ts'
import { type MaxQueueSize, maxQueueSizeOf } from './queue-size-input.ts'
import { type RateRule, rateRuleOf } from './rate-rule.ts'
import { sharedRatesOf } from './shared-rates.ts'
import type { TagLimit } from './tags-input.ts'

export type { ConfigInput, QueueInput } from './config-input.ts'

/** Eight slots each, so that a thousand jobs of a partition are in flight. */
const SHARDS_WHEN_UNLIMITED = 125

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

/**
 * Checks a configuration and fills in its defaults.
 * @throws ConfigurationError that names the path of each mistake
 */
export function defineConfig<
  const QueueName extends string,
  const AppName extends string = never,
  const PoolName extends string = never,
  const TagKey extends string = never,
>(input: ConfigInput<QueueName, AppName, PoolName, TagKey>): Config<QueueName, AppName, PoolName, TagKey> {
  const result = configSchema.safeParse(input)
  if (!result.success) throw toConfigurationError(result.error, 'config')
  const { apps = {}, queues, pools, tags, schedules } = result.data
  const entries = Object.entries(queues).map(([name, queue]) => {
    const config = toQueue(apps, name, queue)
    const guaranteeing = { ...queue, total: queue.total?.concurrency, concurrency: config.concurrency }
    const limiters = withGuaranteed(limitersOf(name, queues, pools), name, guaranteeing)
    return [name, { ...config, limiters, rates: sharedRatesOf(name, queues, pools) }]
  })
  return {
    queues: Object.fromEntries(entries) as Record<QueueName, QueueConfig>,
    apps: apps as Record<AppName, AppRate>,
    pools: poolsOf(pools, queues) as Record<PoolName, KnownLimiter>,
    tags: tags as TagLimit<TagKey>[],
    schedules: schedulesOf(schedules, queues),
    input,
  }
}

/** A derived concurrency is known by the configured rate: by that a partition is spread. */
function limitsOf(apps: Readonly<Record<string, AppRate>>, name: string, queue: ParsedQueue): Limits {
  const derivation = derivationOf(apps, name, queue)
  const concurrency = derivation ? derivedNumber(derivation.rate, derivation) : queue.concurrency
  const own = rateRuleOf(name, queue) ? undefined : queue.rateLimit
  const rateLimit = intervalOf(name, { ...queue, rateLimit: own }) ?? (own && withMargin(toRate(own)))
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rateLimit ? { rateLimit } : {}),
    ...(derivation ? { derivation } : {}),
    ...(queue.adaptive ? { adaptive: queue.adaptive } : {}),
    ...costsOf(name, queue),
    ...batchOf(queue),
  }
}

function toQueue(
  apps: Readonly<Record<string, AppRate>>,
  name: string,
  queue: ParsedQueue,
): Omit<QueueConfig, 'limiters' | 'rates'> {
  const limits = limitsOf(apps, name, queue)
  const rateRule = rateRuleOf(name, queue)
  const { retry } = queue
  const shards = queue.shards ?? defaultShards(limits)
  checkShards(name, limits, shards)
  const { attempts, backoff, factor, maxBackoff, jitter } = retry
  return {
    name,
    ...limits,
    ...(queue.partition ? { partition: queue.partition } : {}),
    ...(rateRule ? { rateRule } : {}),
    ...batchKeyOf(name, queue),
    ...maxQueueSizeOf(name, queue),
    retry: { attempts, backoff_ms: backoff, factor, maxBackoff_ms: maxBackoff, jitter },
    timeout_ms: queue.timeout,
    shards,
  }
}

/**
 * Enough shards for small items. A rate that is lent is spread only if each shard can have a worthwhile part of it. How many
 * there are limits nothing: shards borrow from one another.
 */
function defaultShards(limits: Limits): number {
  const { concurrency, rateLimit, batch, costs } = limits
  // In several shards each would have a batch of its own that is not full.
  if (batch) return Math.max(1, leastShards(limits))
  const slots = concurrency === undefined ? SHARDS_WHEN_UNLIMITED : parts(concurrency)
  const starts = rateLimit && !costs ? parts(rateLimit.allowed) : slots
  return Math.max(1, Math.min(MAX_SHARDS, Math.max(leastShards(limits), Math.min(slots, starts))))
}

/** An item that lends nothing and has borrowed nothing has room for ten slots in 1 KB. */
const SLOTS_OF_ONE_SHARD = 10

/** Over how many shards so many units are spread. */
export const parts = (units: number): number =>
  units <= SLOTS_OF_ONE_SHARD ? 1 : Math.ceil(units / SLOTS_OF_A_SMALL_ITEM)

const leastShards = (limits: Limits): number => Math.ceil((limits.concurrency ?? 0) / mostSlots(limits))

function checkShards(name: string, limits: Limits, shards: number): void {
  const { concurrency } = limits
  const least = leastShards(limits)
  if (shards < least)
    throw new ConfigurationError(
      `queues.${name}.shards`,
      `concurrency ${concurrency} needs at least ${least} shards of ${mostSlots(limits)} slots, and here are ${shards}`,
    )
}

/** The queue's configuration, by a name that may come from anywhere. */
export const queueNamed = (config: Config, name: string): QueueConfig | undefined =>
  typeof name === 'string' && Object.hasOwn(config.queues, name) ? config.queues[name] : undefined
