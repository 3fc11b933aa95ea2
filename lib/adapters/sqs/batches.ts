import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import pRetry from 'p-retry'
import { SluiceError } from '../../core/errors.ts'

/** SQS takes ten messages a call. */
const BATCH = 10
const RETRIES = 4

export type Entry = Omit<SendMessageBatchRequestEntry, 'Id'>

/** SQS accepted only part of a batch, again and again. `cause` has its words. */
export class SendIncompleteError extends SluiceError {
  override readonly name = 'SendIncompleteError'
}

/** Sends all entries; what SQS refuses for the moment is sent again. */
export async function sendAll(client: SQSClient, queueUrl: string, entries: readonly Entry[]): Promise<void> {
  for (let first = 0; first < entries.length; first += BATCH) {
    await sendBatch(client, queueUrl, entries.slice(first, first + BATCH))
  }
}

async function sendBatch(client: SQSClient, queueUrl: string, entries: readonly Entry[]): Promise<void> {
  let left = entries.map((entry, index) => ({ ...entry, Id: String(index) }))
  const attempt = async () => {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }),
    )
    left = left.filter(({ Id }) => Failed.some((failure) => failure.Id === Id))
    if (left.length > 0)
      throw new SendIncompleteError(`SQS did not take ${left.length} messages`, { cause: Failed })
  }
  await pRetry(attempt, {
    retries: RETRIES,
    minTimeout: 50,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof SendIncompleteError,
  })
}
