/** Sends messages ten at a time, many calls simultaneously. One that SQS refuses never keeps the others from being sent. */
import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import pRetry from 'p-retry'
import { SendIncompleteError } from '../../core/errors.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'

/** SQS takes ten messages a call. */
const BATCH = 10
/** Ten messages after ten others are about 1,000 a second; a sweep after an outage has hundreds of thousands. */
const CALLS_SIDE_BY_SIDE = 8
const RETRIES = 4

export type Entry = Omit<SendMessageBatchRequestEntry, 'Id'>

/** What was not sent of one batch, and why. */
interface Unsent<Message> {
  readonly messages: readonly Message[]
  readonly cause: unknown
}

/**
 * Sends all messages; what SQS refuses for the moment is sent again.
 * @throws SendIncompleteError with those that could not be sent, after all others have been
 */
export async function sendAll<Message>(
  client: SQSClient,
  queueUrl: string,
  messages: readonly Message[],
  toEntry: (message: Message) => Entry,
): Promise<void> {
  const failures: Unsent<Message>[] = []
  await forEachSideBySide(batchesOf(messages), CALLS_SIDE_BY_SIDE, async (batch) => {
    const unsent = await sendBatch(client, queueUrl, batch, toEntry)
    if (unsent.messages.length > 0) failures.push(unsent)
  })
  const unsent = failures.flatMap((failure) => failure.messages)
  if (unsent.length > 0) throw new SendIncompleteError(unsent, { cause: failures[0]?.cause })
}

const batchesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) => items.slice(n * BATCH, (n + 1) * BATCH))

/** Never throws: what a call's error leaves unsent is returned like what SQS refused. */
async function sendBatch<Message>(
  client: SQSClient,
  queueUrl: string,
  messages: readonly Message[],
  toEntry: (message: Message) => Entry,
): Promise<Unsent<Message>> {
  let left = messages.map((message, index) => ({ ...toEntry(message), Id: String(index) }))
  const refused: BatchResultErrorEntry[] = []
  const named = (ids: readonly { readonly Id?: string | undefined }[]) =>
    ids.flatMap(({ Id }) => messages.slice(Number(Id), Number(Id) + 1))
  const attempt = async () => {
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left })
    const { Failed = [] } = await client.send(command)
    // The sender's fault stays one however often the message is sent.
    refused.push(...Failed.filter(({ SenderFault }) => SenderFault))
    const passing = Failed.filter(({ SenderFault }) => !SenderFault)
    left = left.filter(({ Id }) => passing.some((failure) => failure.Id === Id))
    if (left.length > 0) throw new NotYetTaken(passing)
  }
  try {
    await pRetry(attempt, {
      retries: RETRIES,
      minTimeout: 50,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof NotYetTaken,
    })
    return { messages: named(refused), cause: refused }
  } catch (error) {
    const cause = error instanceof NotYetTaken ? [...refused, ...error.failed] : error
    return { messages: named([...refused, ...left]), cause }
  }
}

class NotYetTaken extends Error {
  readonly failed: readonly BatchResultErrorEntry[]
  constructor(failed: readonly BatchResultErrorEntry[]) {
    super('SQS did not take all messages of a batch')
    this.failed = failed
  }
}
