/** Puts the adapters behind the ports, for a client. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { dynamoStore } from '../adapters/dynamodb/store.ts'
import { eventsToLog } from '../adapters/events/to-log.ts'
import { sqsWakeQueue } from '../adapters/sqs/queues.ts'
import { systemClock } from '../adapters/system/clock.ts'
import type { Config } from '../core/queue/config.ts'
import type { PartitionSelector } from '../core/schedule/definition-of.ts'
import { dynamoClient, PATIENT, sqsClient } from '../lambda/clients.ts'
import { type Environment, nameInEnvironment, readEnvironment } from '../lambda/environment.ts'
import { once } from '../lambda/once.ts'
import { payloadsIn } from '../lambda/payloads.ts'
import type { Clock } from '../ports/clock.ts'
import type { Events } from '../ports/events.ts'
import type { Logger } from '../ports/logger.ts'
import type { Payloads } from '../ports/payloads.ts'
import type { WakeQueue } from '../ports/queues.ts'
import type { Store } from '../ports/store.ts'

export interface ClientOptions<
  QueueName extends string,
  AppName extends string = never,
  PoolName extends string = never,
  TagKey extends string = never,
> {
  /** What `defineConfig` returned: the configuration that the stack was deployed with. */
  readonly config: Config<QueueName, AppName, PoolName, TagKey>
  /** Default: the environment's SLUICE_JOBS_TABLE. */
  readonly jobsTable?: string
  /** Default: the environment's SLUICE_STATE_TABLE. Needed by `setLimits`, `slowDown`, `why`, `stats`, `moveJobs`, and jobs that replace others, only. */
  readonly stateTable?: string
  /** Default: the environment's SLUICE_HISTORY_TABLE. Needed by `deadLetters`, `endedJobs`, `redrive`, `stats`, `moveJobs`, idempotency keys, unique keys, queues with `maxQueueSize`, and `why` of queues with `history` only. */
  readonly historyTable?: string
  /** Default: the environment's SLUICE_SCHEDULES_TABLE. Needed by schedules only. */
  readonly schedulesTable?: string
  /** Default: the environment's SLUICE_WAKE_QUEUE_URL. Needed by `setLimits`, and by `schedule` for what is due within 90 seconds. */
  readonly wakeQueueUrl?: string
  /**
   * Where payloads beyond 4 KB are kept. Default: the environment's SLUICE_PAYLOADS_BUCKET. Without either every payload
   * stays in the Jobs table, up to 390,000 bytes, at DynamoDB's price for each KB; and `redrive` and `moveJobs` throw if
   * they meet a job whose payload is kept in the bucket.
   */
  readonly payloadsBucket?: string
  /**
   * Which partition of schedules a name is put into, of `schedules.partitions` of the configuration: a whole number from 0. Default: by a
   * stable hash, or by what `schedules.partitionBy` says.
   */
  readonly schedulePartition?: (name: string, count: number) => number
  /** Default: one of the client's own. */
  readonly dynamodb?: DynamoDBClient
  /** Default: one of the client's own. */
  readonly sqs?: SQSClient
  /** Default: one of the client's own, when the first large payload comes. */
  readonly s3?: S3Client
  /**
   * Gets a line of level INFO for each limit that is set or removed, each pause, each slow-down and the end of each: of what, by whom, and
   * why; and one of level ERROR if a job that was cancelled could not be remembered. Nothing else writes to it. Default: `console`, which in a Lambda function is its log.
   */
  readonly logger?: Logger
}

/** What a client works with. A name that is neither given nor in the environment is missed only by those who need it. */
export interface Wiring {
  readonly config: Config
  readonly store: Store
  /** @throws EnvironmentError if nobody says where the queue is */
  wake(): WakeQueue
  readonly payloads: Payloads
  /** Whether somebody says where large payloads are kept. */
  readonly keepsPayloads: boolean
  readonly clock: Clock
  /** Who hears of what people change. */
  readonly events: Events
  readonly selectPartition?: PartitionSelector
}

export const wiringOf = (options: ClientOptions<string, string, string, string>): Wiring => ({
  config: options.config,
  store: storeOf(options),
  wake: once(() =>
    sqsWakeQueue(options.sqs ?? sqsClient({}, PATIENT), named(options.wakeQueueUrl, 'SLUICE_WAKE_QUEUE_URL')),
  ),
  payloads: payloadsIn({ bucket: options.payloadsBucket, client: options.s3, patience: PATIENT }),
  keepsPayloads: (options.payloadsBucket ?? nameInEnvironment('SLUICE_PAYLOADS_BUCKET')) !== undefined,
  clock: systemClock,
  events: eventsToLog(options.logger ?? console),
  ...(options.schedulePartition ? { selectPartition: options.schedulePartition } : {}),
})

const storeOf = ({
  dynamodb,
  jobsTable,
  stateTable,
  historyTable,
  schedulesTable,
}: ClientOptions<string, string, string, string>): Store =>
  dynamoStore({
    client: dynamodb ?? dynamoClient({}, PATIENT),
    tables: {
      get jobs() {
        return named(jobsTable, 'SLUICE_JOBS_TABLE')
      },
      get state() {
        return named(stateTable, 'SLUICE_STATE_TABLE')
      },
      get history() {
        return named(historyTable, 'SLUICE_HISTORY_TABLE')
      },
      get schedules() {
        return named(schedulesTable, 'SLUICE_SCHEDULES_TABLE')
      },
    },
  })

const named = (given: string | undefined, variable: keyof Environment): string =>
  given ?? readEnvironment([variable])[variable]
