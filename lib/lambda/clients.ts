/** The SDK's clients, made in one place so that all of them try as often, and none waits for ever. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { ANSWER_MS, CONNECTION_MS } from '../core/times.ts'

/** More tries than the SDK's three: a call that fails costs a redelivery, which takes minutes. */
const MAX_ATTEMPTS = 6

/** Enough for all that a function does side by side: while a call waits for a socket, its time runs. */
const MAX_SOCKETS = 250

export interface Patience {
  /** Until a connection stands. */
  readonly connection_ms: number
  /** Until a call is answered, and for how long its answer may pause. */
  readonly answer_ms: number
}

/**
 * For functions. DynamoDB and SQS answer in milliseconds; a connection that is silent for seconds is dead, and a new one
 * will do. All tries together leave a dispatcher of 30 s the time to say what failed.
 */
export const BRIEF: Patience = { connection_ms: CONNECTION_MS, answer_ms: ANSWER_MS }

/** For programs anywhere, which may send megabytes over a slow line. */
export const PATIENT: Patience = { connection_ms: 5000, answer_ms: 30_000 }

/** Without these the SDK waits for ever; and unless it is told to throw, it only writes a warning. */
export const callOptions = ({ connection_ms, answer_ms }: Patience) => ({
  maxAttempts: MAX_ATTEMPTS,
  requestHandler: {
    connectionTimeout: connection_ms,
    requestTimeout: answer_ms,
    throwOnRequestTimeout: true,
    socketTimeout: answer_ms,
    httpAgent: { maxSockets: MAX_SOCKETS },
    httpsAgent: { maxSockets: MAX_SOCKETS },
  },
})

export const dynamoClient = (
  options: DynamoDBClientConfig = {},
  patience: Patience = BRIEF,
): DynamoDBClient => new DynamoDBClient({ ...callOptions(patience), ...options })

export const sqsClient = (options: SQSClientConfig = {}, patience: Patience = BRIEF): SQSClient =>
  new SQSClient({ ...callOptions(patience), ...options })
