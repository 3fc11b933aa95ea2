/** What a user may say about their scheduler. Everything but `config` and `worker` has a default. */
import { Duration, type RemovalPolicy } from 'aws-cdk-lib'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Config } from '../lib/core/queue/config.ts'
import { SWEEP_EVERY_MS, WORKER_TIMEOUT_MS } from '../lib/core/times.ts'
import type { BundlingOptions } from './bundle.ts'

export interface SluiceProps {
  /** What `defineConfig` returned. It is compiled into the functions: a change takes effect when it is deployed. */
  readonly config: Config

  /**
   * Path of the file that exports `handler = createWorker([...tasks])`, with `createWorker` of `sluice/worker`. A relative
   * one starts at the working directory, which for `cdk` is where cdk.json is; `join(__dirname, 'worker.ts')` (in an ES
   * module: `import.meta.dirname`) works from anywhere.
   */
  readonly worker: string

  /**
   * How the worker function is built and run: memory, timeout, environment, VPC, bundling, …
   * Its timeout has to exceed the timeout of every queue by 5 seconds.
   *
   * @default - 5 minutes, 512 MB, Node 24 on arm64, its own role that reaches Sluice's tables and queues only
   */
  readonly workerOptions?: WorkerOptions

  /**
   * How many jobs one invocation of the worker receives. They run side by side in one process.
   *
   * @default 1
   */
  readonly workerBatchSize?: number

  /**
   * How many invocations of the worker may run simultaneously, over all queues: 2 to 1,000. A safety net for the
   * account's Lambda quota; limits for the jobs belong into `config`.
   *
   * @default - what `accountConcurrency` leaves when the other functions have theirs: 807 of 1,000, 5 of 10
   */
  readonly workerMaxConcurrency?: number

  /**
   * The account's Lambda quota "concurrent executions" in this region: `aws lambda get-account-settings` shows it as
   * `ConcurrentExecutions`. New accounts have 10, most have 1,000. It is divided so that the workers cannot take all of
   * it: the dispatcher and the tick always find room, and jobs go on being claimed. If it is 126 or more, room for these
   * two is also reserved, so that other functions of the account cannot take it either; give less than the quota if
   * other functions have reservations, for Lambda insists on 100 that nobody has reserved.
   *
   * @default - divided as if it were 1,000, and nothing is reserved
   */
  readonly accountConcurrency?: number

  /**
   * The bus whose `sluice.enqueue` events become jobs. All of them: of two schedulers on one bus each makes a job of
   * every such event. Give each a bus of its own, and name a shared one in its triggers (`addTrigger`, `eventBus`).
   *
   * @default - a new custom bus
   */
  readonly eventBus?: IEventBus

  /**
   * How often the sweep comes: it finds lost messages, dead attempts, dropped arrivals and stranded jobs.
   *
   * @default Duration.minutes(5)
   */
  readonly sweepEvery?: Duration

  /**
   * What becomes of the three tables and of the Payloads bucket when they leave the stack. With `DESTROY` a function of the
   * CDK empties the bucket.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy

  /**
   * Whether DynamoDB refuses to delete the three tables.
   *
   * @default false
   */
  readonly deletionProtection?: boolean

  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays
}

/** Everything that a Lambda function takes, and how esbuild bundles it. */
export interface WorkerOptions
  extends Omit<
    FunctionOptions,
    'logGroup' | 'logRetention' | 'logRetentionRole' | 'logRetentionRetryOptions' | 'recursiveLoop'
  > {
  /**
   * Further esbuild options: `external`, `loader`, `minify`, `sourcemap`, …
   *
   * @default - everything in one ES module, AWS SDK included, names kept, no source map
   */
  readonly bundling?: BundlingOptions
}

/** All keys of `SluiceProps`; the compiler complains when one is missing here. */
export const PROP_NAMES: Readonly<Record<keyof SluiceProps, true>> = {
  config: true,
  worker: true,
  workerOptions: true,
  workerBatchSize: true,
  workerMaxConcurrency: true,
  accountConcurrency: true,
  eventBus: true,
  sweepEvery: true,
  removalPolicy: true,
  deletionProtection: true,
  logRetention: true,
}

export const workerTimeout = ({ workerOptions }: SluiceProps): Duration =>
  workerOptions?.timeout ?? Duration.millis(WORKER_TIMEOUT_MS)

export const sweepPeriod = ({ sweepEvery }: SluiceProps): Duration =>
  sweepEvery ?? Duration.millis(SWEEP_EVERY_MS)
