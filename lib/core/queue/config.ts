/** What a user configures: parsed once, unknown keys refused, every error with its path. */
import { derivedNumber } from '../limits/app-rate.ts'
import type { AppRate } from '../limits/derived.ts'
import { toRate } from '../limits/input.ts'
import { type Limits, withMargin } from '../limits/limits.ts'
import { checkDeclared } from '../schedule/check-declared.ts'
import { schedulesOf } from '../schedule/config-input.ts'
import { toConfigurationError } from '../text/issues.ts'
import { derivationOf } from './apps.ts'
import { batchOf } from './batch-input.ts'
import { batchKeyOf } from './batch-key.ts'
import { type ConfigInput, configSchema, type ParsedQueue } from './config-input.ts'
import type { Config, QueueConfig } from './configured.ts'
import { costsOf } from './costs-input.ts'
import { checkShards, defaultShards } from './default-shards.ts'
import { withGuaranteed } from './guaranteed-input.ts'
import { intervalOf } from './interval.ts'
import { limitersOf } from './limiters-input.ts'
import { type KnownLimiter, poolsOf } from './pools.ts'
import { maxQueueSizeOf } from './queue-size-input.ts'
import { rateRuleOf } from './rate-rule.ts'
import { sharedRatesOf } from './shared-rates.ts'
import type { TagLimit } from './tags-input.ts'

export type { ConfigInput, QueueInput } from './config-input.ts'
export { type Config, type QueueConfig, queueNamed } from './configured.ts'

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
  const config: Config<QueueName, AppName, PoolName, TagKey> = {
    queues: Object.fromEntries(entries) as Record<QueueName, QueueConfig>,
    apps: apps as Record<AppName, AppRate>,
    pools: poolsOf(pools, queues) as Record<PoolName, KnownLimiter>,
    tags: tags as TagLimit<TagKey>[],
    schedules: schedulesOf(schedules),
    input,
  }
  checkDeclared(config)
  return config
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
    ...(queue.history === undefined ? {} : { history_ms: queue.history }),
    retry: { attempts, backoff_ms: backoff, factor, maxBackoff_ms: maxBackoff, jitter },
    timeout_ms: queue.timeout,
    shards,
  }
}
