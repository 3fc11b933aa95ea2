/** The SQS queues between the functions, each with a place for what could not be handled. */
import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import {
  INGEST_RECEIVES,
  INGEST_VISIBILITY_MS,
  RETENTION_MS,
  WAKE_RECEIVES,
  WAKE_VISIBILITY_MS,
  WORK_COMES_BACK_MS,
  WORK_RECEIVES,
} from '../lib/core/times.ts'

/** A queue and its dead letters. */
export interface Channel {
  readonly queue: Queue
  readonly deadLetters: Queue
}

export interface Queues {
  /** Dispatched jobs, for the worker. */
  readonly work: Channel
  /** Shards that need a pass, delayed to the very second, for the dispatcher. */
  readonly wake: Channel
  /** Events, for the ingest function. */
  readonly ingest: Channel
  /** Where batches of the streams are named that the dispatcher could not handle. */
  readonly streamFailures: Queue
}

export function createQueues(scope: Construct, workerTimeout: Duration): Queues {
  return {
    work: channel(scope, 'Work', {
      visibilityTimeout: workerTimeout.plus(Duration.millis(WORK_COMES_BACK_MS)),
      attempts: WORK_RECEIVES,
    }),
    wake: channel(scope, 'Wake', {
      visibilityTimeout: Duration.millis(WAKE_VISIBILITY_MS),
      attempts: WAKE_RECEIVES,
    }),
    ingest: channel(scope, 'Ingest', {
      visibilityTimeout: Duration.millis(INGEST_VISIBILITY_MS),
      attempts: INGEST_RECEIVES,
    }),
    streamFailures: createQueue(scope, 'StreamFailures', { retentionPeriod: Duration.millis(RETENTION_MS) }),
  }
}

function channel(
  scope: Construct,
  name: string,
  props: { visibilityTimeout: Duration; attempts: number },
): Channel {
  const deadLetters = createQueue(scope, `${name}DeadLetters`, {
    retentionPeriod: Duration.millis(RETENTION_MS),
  })
  const queue = createQueue(scope, `${name}Queue`, {
    visibilityTimeout: props.visibilityTimeout,
    retentionPeriod: Duration.millis(RETENTION_MS),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: props.attempts },
  })
  return { queue, deadLetters }
}

const createQueue = (scope: Construct, id: string, props: QueueProps): Queue =>
  new Queue(scope, id, { ...props, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true })
