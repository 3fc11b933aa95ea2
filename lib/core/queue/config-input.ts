/** What a user writes: its schemas, and its types with the names that the compiler knows. */
import * as z from 'zod'
import { QUEUE_NAME } from '../keys.ts'
import { adaptiveSchema } from '../limits/adaptive-input.ts'
import type { AppRate } from '../limits/derived.ts'
import { limitFields } from '../limits/input.ts'
import { LONGEST_MS, SHORTEST_PERIOD_MS } from '../limits/limits.ts'
import { type SchedulesInput, schedulesSchema } from '../schedule/config-input.ts'
import { durationBetween } from '../text/duration.ts'
import { LONGEST_HANDLER_MS } from '../times.ts'
import { appFields, appsSchema } from './apps.ts'
import { batchFields } from './batch-input.ts'
import { guaranteedFields } from './guaranteed-input.ts'
import { limiterFields, type PoolUseInput, poolsSchema, type TotalInput } from './limiters-input.ts'
import { partitionSchema } from './partition.ts'
import { sizeFields } from './queue-size-input.ts'
import { ruledRateSchema } from './rate-rule-input.ts'
import type { PoolLimitsInput } from './shared-limits-input.ts'
import { type TagLimitInput, tagsSchema } from './tags-input.ts'

export const MAX_SHARDS = 1000
/** DynamoDB forgets by whole seconds, and hours late: for less nobody would find anything to rely on. */
const SHORTEST_HISTORY_MS = 60_000

const duration = (min_ms: number, max_ms = LONGEST_MS) => durationBetween(min_ms, max_ms)
const limits = limitFields('leave it out for no limit')

const queueSchema = z.strictObject({
  /** Which jobs share a limit. Default: all jobs of the queue. */
  partition: partitionSchema.optional(),
  /** How many jobs of a partition run simultaneously. Default: unlimited. */
  concurrency: limits.concurrency,
  ...appFields,
  /** How many jobs of a partition start in any window; or of those that a rule of the rate's own says. Default: unlimited. */
  rateLimit: ruledRateSchema.optional(),
  /** Its rates, of partitions and of the total, count what jobs cost, and not how many start. Default: how many start. */
  costs: z.boolean().optional(),
  ...limiterFields,
  ...guaranteedFields,
  ...sizeFields,
  /** For how long the jobs that have ended are remembered. Default: they are not, which costs nothing. */
  history: duration(SHORTEST_HISTORY_MS).optional(),
  ...batchFields,
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
  /** Over how many items a partition is spread. Default: one for up to 10 slots, then one for each 8; as few as hold it with `batch` or `adaptive`. */
  shards: z.int().min(1).max(MAX_SHARDS).optional(),
})

export const configSchema = z.strictObject({
  queues: z
    .record(
      z.string().regex(QUEUE_NAME, 'a queue name has letters, digits, _ and -, at most 64'),
      queueSchema,
    )
    .refine((queues) => Object.keys(queues).length > 0, 'at least one queue is needed'),
  /** Limits that queues share, by name. */
  pools: poolsSchema,
  /** Limits of jobs by their tags, whatever their queues. */
  tags: tagsSchema,
  /** Whose rates queues derive their concurrency from. */
  apps: appsSchema.optional(),
  /** Over how many partitions schedules are spread, and those that a deploy makes. */
  schedules: schedulesSchema,
})

export type ParsedQueue = z.output<typeof queueSchema>

type AnyQueueInput = Omit<z.input<typeof queueSchema>, 'app' | 'pools' | 'total'>
export interface QueueInput<AppName extends string = never, PoolName extends string = string>
  extends AnyQueueInput {
  readonly app?: AppName | undefined
  readonly total?: TotalInput | undefined
  readonly pools?: Readonly<Partial<Record<PoolName, PoolUseInput>>> | undefined
}
export interface ConfigInput<
  QueueName extends string = string,
  AppName extends string = never,
  PoolName extends string = string,
  TagKey extends string = string,
> {
  readonly queues: Readonly<Record<QueueName, QueueInput<NoInfer<AppName>, NoInfer<PoolName>>>>
  readonly apps?: Readonly<Record<AppName, AppRate>> | undefined
  readonly pools?: Readonly<Record<PoolName, PoolLimitsInput>> | undefined
  readonly tags?: readonly TagLimitInput<TagKey>[] | undefined
  readonly schedules?: SchedulesInput | undefined
}
