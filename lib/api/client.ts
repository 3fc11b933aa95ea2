/** The typed client: for code that may write to the tables, in Lambda or anywhere else. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { monotonicFactory } from 'ulid'
import { dynamoStore } from '../adapters/dynamodb/store.ts'
import { sqsWakeQueue } from '../adapters/sqs/queues.ts'
import { systemClock } from '../adapters/system/clock.ts'
import { type Config, queueNamed } from '../core/config.ts'
import type { DeadLetter } from '../core/dead-letter.ts'
import type { Duration } from '../core/duration.ts'
import { InvalidJobError, InvalidPayloadError } from '../core/errors.ts'
import { type JobItem, partitionProblem } from '../core/job.ts'
import { newJob, said } from '../core/new-job.ts'
import { givenPartition } from '../core/partition.ts'
import type { Clock } from '../ports/clock.ts'
import type { WakeQueue } from '../ports/queues.ts'
import type { Store } from '../ports/store.ts'
import { deadLetters } from '../use-cases/dead-letters.ts'
import { putAll } from '../use-cases/enqueue.ts'
import { overrideLimits } from '../use-cases/override.ts'
import { readEnvironment } from './environment.ts'
import { type LimitsInput, toOverride } from './limits-input.ts'
import { type PayloadOf, type Task, validatePayload } from './task.ts'

export interface EnqueueOptions {
  /** Not before this time. Default: now. */
  readonly runAt?: Date | number | string
  /** Not before so much time has passed. Excludes `runAt`. */
  readonly delay?: Duration
  /** 0 (first) to 9. Default 5. */
  readonly priority?: number
  /** Instead of what the queue's rule computes. */
  readonly partition?: string
  /** Values for a partition rule on `meta`, and for the handler. */
  readonly meta?: Readonly<Record<string, unknown>>
  /** Default: a new ULID. Up to 64 letters, digits and _.:@=+~- */
  readonly id?: string
}

/** The key of the new job in the Jobs table. */
export interface Enqueued {
  readonly id: string
  readonly pk: string
  readonly sk: string
}

export interface ClientOptions<QueueName extends string> {
  readonly config: Config<QueueName>
  /** Default: the environment's SLUICE_JOBS_TABLE. */
  readonly jobsTable?: string
  /** Default: the environment's SLUICE_STATE_TABLE. Needed by `setLimits` only. */
  readonly stateTable?: string
  /** Default: the environment's SLUICE_HISTORY_TABLE. Needed by `deadLetters` only. */
  readonly historyTable?: string
  /** Default: the environment's SLUICE_WAKE_QUEUE_URL. Needed by `setLimits` only. */
  readonly wakeQueueUrl?: string
  readonly dynamodb?: DynamoDBClient
  readonly sqs?: SQSClient
}

export interface Client<QueueName extends string = string> {
  /**
   * Accepts one job.
   * @throws InvalidPayloadError, InvalidJobError before anything is written
   */
  enqueue<T extends Task<string, QueueName>>(
    task: T,
    payload: PayloadOf<T>,
    options?: EnqueueOptions,
  ): Promise<Enqueued>
  /**
   * Accepts many jobs, 25 a call. All are checked before the first is written.
   * @throws InvalidPayloadError, InvalidJobError before anything is written
   * @throws EnqueueIncompleteError with the jobs that DynamoDB did not take
   */
  enqueueMany<T extends Task<string, QueueName>>(
    task: T,
    jobs: readonly ({ readonly payload: PayloadOf<T> } & EnqueueOptions)[],
  ): Promise<Enqueued[]>
  /** Replaces the limits of one partition at once, without a deploy; `null` goes back to the configured ones. */
  setLimits(queue: QueueName, partition: string | undefined, limits: LimitsInput | null): Promise<void>
  /** The dead letters of a queue, oldest first. */
  deadLetters(queue: QueueName): AsyncGenerator<DeadLetter>
}

export function createClient<QueueName extends string>(options: ClientOptions<QueueName>): Client<QueueName> {
  const { config } = options
  const store = storeOf(options)
  const nextId = monotonicFactory()
  const prepare = (task: Task, payload: unknown, job: EnqueueOptions) =>
    toItem({ config, clock: systemClock, nextId }, task, payload, job)
  return {
    enqueue: async (task, payload, job = {}) => {
      const item = await prepare(task, payload, job)
      await store().jobs.put(item)
      return enqueued(item)
    },
    enqueueMany: async (task, jobs) => {
      const items = await Promise.all(jobs.map((job) => prepare(task, job?.payload, job)))
      await putAll(store(), items)
      return items.map(enqueued)
    },
    setLimits: async (queueName, partition, limits) => {
      const queue = queueNamed(config, queueName)
      if (!queue) throw new InvalidJobError(`there is no queue "${said(queueName)}"`)
      const encoded = partition === undefined ? undefined : givenPartition(partition)
      const problem = partitionProblem(queue, {
        queue: queue.name,
        ...(encoded === undefined ? {} : { partition: encoded }),
      })
      if (problem) throw new InvalidJobError(problem)
      await overrideLimits(
        { store: store(), wake: wakeOf(options) },
        queue,
        encoded,
        toOverride(queue, limits),
      )
    },
    deadLetters: (queue) => deadLetters(store(), queue),
  }
}

interface Preparation {
  readonly config: Config
  readonly clock: Clock
  readonly nextId: () => string
}

async function toItem(
  { config, clock, nextId }: Preparation,
  task: Task,
  payload: unknown,
  job: EnqueueOptions,
): Promise<JobItem> {
  const valid = await validatePayload(task, payload)
  if (!valid.ok) throw new InvalidPayloadError(task.name, valid.issues)
  const { id = nextId(), ...rest } = job ?? {}
  // The payload is kept as it was given: the worker's schema transforms it again.
  const item = newJob(config, { ...rest, id, queue: task.queue, task: task.name, payload }, clock.now())
  if (!item.ok) throw new InvalidJobError(item.reason)
  return item.value
}

const enqueued = ({ pk, sk }: JobItem): Enqueued => ({ id: sk.split('#').slice(2).join('#'), pk, sk })

function storeOf(options: ClientOptions<string>): () => Store {
  const client = options.dynamodb ?? new DynamoDBClient({})
  const named = (
    given: string | undefined,
    variable: 'SLUICE_JOBS_TABLE' | 'SLUICE_STATE_TABLE' | 'SLUICE_HISTORY_TABLE',
  ) => given ?? readEnvironment([variable])[variable]
  return () =>
    dynamoStore({
      client,
      tables: {
        get jobs() {
          return named(options.jobsTable, 'SLUICE_JOBS_TABLE')
        },
        get state() {
          return named(options.stateTable, 'SLUICE_STATE_TABLE')
        },
        get history() {
          return named(options.historyTable, 'SLUICE_HISTORY_TABLE')
        },
      },
    })
}

function wakeOf({ sqs, wakeQueueUrl }: ClientOptions<string>): WakeQueue {
  const url = wakeQueueUrl ?? readEnvironment(['SLUICE_WAKE_QUEUE_URL']).SLUICE_WAKE_QUEUE_URL
  return sqsWakeQueue(sqs ?? new SQSClient({}), url)
}
