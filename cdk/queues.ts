/** The SQS queues between the functions, each with a place for what could not be handled. */
import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { DISPATCHER_TIMEOUT, INGEST_TIMEOUT } from './functions.ts'

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
  /** Where the Jobs stream's batches are named that the dispatcher could not handle. */
  readonly streamFailures: Queue
}

const LONGEST_RETENTION = Duration.days(14)

export function createQueues(scope: Construct, workerTimeout: Duration): Queues {
  return {
    work: channel(scope, 'Work', {
      // The redelivery is the crash detector: it must not come before the run is over for certain.
      visibilityTimeout: Duration.seconds(workerTimeout.toSeconds() + 30),
      attempts: 5,
    }),
    wake: channel(scope, 'Wake', {
      // A pass is repeatable, so a copy that comes too early costs one read; a wait after a crash delays jobs.
      visibilityTimeout: Duration.seconds(2 * DISPATCHER_TIMEOUT.toSeconds()),
      // An hour and a half: throttling and outages count as attempts too.
      attempts: 100,
    }),
    ingest: channel(scope, 'Ingest', {
      // What AWS advises: six times the function's timeout, so that throttled batches do not use up their attempts.
      visibilityTimeout: Duration.seconds(6 * INGEST_TIMEOUT.toSeconds()),
      // A day: an event is not yet a job, so nothing else would bring it back, and a deploy may bring its queue.
      attempts: 500,
    }),
    streamFailures: createQueue(scope, 'StreamFailures', { retentionPeriod: LONGEST_RETENTION }),
  }
}

function channel(
  scope: Construct,
  name: string,
  props: { visibilityTimeout: Duration; attempts: number },
): Channel {
  const deadLetters = createQueue(scope, `${name}DeadLetters`, { retentionPeriod: LONGEST_RETENTION })
  const queue = createQueue(scope, `${name}Queue`, {
    visibilityTimeout: props.visibilityTimeout,
    retentionPeriod: LONGEST_RETENTION,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: props.attempts },
  })
  return { queue, deadLetters }
}

const createQueue = (scope: Construct, id: string, props: QueueProps): Queue =>
  new Queue(scope, id, { ...props, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true })
