/** The construct: a job scheduler in your own stack. */
import { Validations } from 'aws-cdk-lib'
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { EventBus, type IEventBus, type Rule } from 'aws-cdk-lib/aws-events'
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Config } from '../lib/core/queue/config.ts'
import { createAlarms } from './alarms.ts'
import { followDeployments } from './deployment.ts'
import { createFunctions } from './functions.ts'
import { createPayloadsBucket } from './payloads.ts'
import { connect, grantEnqueue, grantManage, grantReplace, grantSchedule } from './permissions.ts'
import { type SluiceProps, sweepPeriod, workerTimeout } from './props.ts'
import { createQueues, type Queues } from './queues.ts'
import { addSchedules } from './schedule.ts'
import { addSources } from './sources.ts'
import { createTables, type Tables } from './tables.ts'
import { validateTrigger } from './trigger-job.ts'
import type { TriggerProps } from './trigger-props.ts'
import { addEnqueueRule, addTriggerRule } from './triggers.ts'
import { validateProps } from './validate.ts'

export class Sluice extends Construct {
  /** Put an item here and it is a job. */
  readonly jobsTable: TableV2
  /** Slots, rate windows and overrides. */
  readonly stateTable: TableV2
  /** Dead letters. */
  readonly historyTable: TableV2
  /** Schedules, by task and name. */
  readonly schedulesTable: TableV2
  /** Payloads that are too large for the Jobs table. */
  readonly payloadsBucket: IBucket
  /** Dispatched jobs, on their way to the worker. */
  readonly workQueue: IQueue
  /** Shards that need a pass. */
  readonly wakeQueue: IQueue
  /** Events, on their way to become jobs. */
  readonly ingestQueue: IQueue
  /** Put a `sluice.enqueue` event here and it becomes a job. */
  readonly eventBus: IEventBus
  /** Runs your tasks: grant it what they need. */
  readonly worker: LambdaFunction
  /** Attach your actions to them. */
  readonly alarms: readonly Alarm[]

  readonly #config: Config
  readonly #tables: Tables
  readonly #queues: Queues
  readonly #payloads: Bucket

  constructor(scope: Construct, id: string, props: SluiceProps) {
    super(scope, id)
    validateProps(this, props)

    const tables = createTables(this, props)
    const functions = createFunctions(this, props)
    const queues = createQueues(this, workerTimeout(props))
    const payloads = createPayloadsBucket(this, props)
    connect(functions, tables, queues, payloads)
    addSources(functions, tables, queues, props)
    const sweepEvery = sweepPeriod(props)
    addSchedules(this, functions.tick, sweepEvery)
    followDeployments(this, functions, props.config)
    this.eventBus = props.eventBus ?? createBus(this)
    addEnqueueRule(this, this.eventBus, queues.ingest)
    this.alarms = createAlarms(this, { functions, tables, queues }, sweepEvery)

    this.#config = props.config
    this.#tables = tables
    this.#queues = queues
    this.#payloads = payloads
    this.jobsTable = tables.jobs
    this.stateTable = tables.state
    this.historyTable = tables.history
    this.schedulesTable = tables.schedules
    this.payloadsBucket = payloads as IBucket
    this.workQueue = queues.work.queue
    this.wakeQueue = queues.wake.queue
    this.ingestQueue = queues.ingest.queue
    this.worker = functions.worker
    acknowledge(queues)
  }

  /**
   * Makes a job of every event that matches a pattern.
   * @throws SluicePropsError if no event could become a job that may run
   */
  addTrigger(id: string, props: TriggerProps): Rule {
    validateTrigger(`${this.node.path}/${id}`, props, this.#config)
    return addTriggerRule(
      this,
      id,
      { ...props, eventBus: props.eventBus ?? this.eventBus },
      this.#queues.ingest,
    )
  }

  /** Lets somebody enqueue jobs: by the client, or by putting items into the Jobs table, and large payloads into their bucket. */
  grantEnqueue(grantee: IGrantable): Grant {
    return grantEnqueue(grantee, this.#tables, this.#payloads)
  }

  /** Lets somebody put jobs in the place of others that wait, by the client: `debounce`, and `unique` with `while` or `onCollision`. */
  grantReplace(grantee: IGrantable): Grant {
    return grantReplace(grantee, this.#tables)
  }

  /** Lets somebody make, change, pause and remove schedules, and make jobs of them now, by the client. */
  grantSchedule(grantee: IGrantable): Grant {
    return grantSchedule(grantee, this.#tables, this.#queues)
  }

  /** Lets somebody change limits at run time, read dead letters and put them back, and move stranded jobs, by the client. */
  grantManage(grantee: IGrantable): Grant {
    return grantManage(grantee, this.#tables, this.#queues, this.#payloads)
  }
}

/** The CDK's own classes do not fit their interfaces under `exactOptionalPropertyTypes`, hence the cast. */
const createBus = (scope: Construct): IEventBus =>
  new EventBus(scope, 'EventBus', { description: 'Sluice: jobs by event' }) as IEventBus

/** Findings of cdk-nag that do not apply, for the users who run it over their own stack. */
function acknowledge({ streamFailures }: Queues): void {
  Validations.of(streamFailures).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason:
      'It is a dead letter queue: the on-failure destination of the Jobs stream. Nothing reads it but people.',
  })
}
