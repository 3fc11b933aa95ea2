/** The SDK's clients, made in one place so that all of them try as often. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'

/** More tries than the SDK's three: a call that fails costs a redelivery, which takes minutes. */
const MAX_ATTEMPTS = 6

export const dynamoClient = (options: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({ maxAttempts: MAX_ATTEMPTS, ...options })

export const sqsClient = (options: SQSClientConfig = {}): SQSClient =>
  new SQSClient({ maxAttempts: MAX_ATTEMPTS, ...options })
