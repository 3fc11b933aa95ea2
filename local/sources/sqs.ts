import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { backoff_ms, sleep } from '../async.ts'
import type { Json } from '../json.ts'
import { nextTrace, type Trace } from '../lambda/lineage.ts'
import type { Outcome } from '../lambda/outcome.ts'
import type { QueueMapping } from '../resources/mappings.ts'
import type { Queue } from '../resources/queues.ts'
import { readFailures } from './failures.ts'
import { Gate } from './gate.ts'

const LONG_POLL_S = 5
/** A poll that is broken off may still take a message with it, so in a shared engine each is seen to its end. */
const SHARED_POLL_S = 1
/** What one ReceiveMessage returns at most. */
const MAX_RECEIVE = 10

export interface SqsSourceOptions {
  sqs: SQSClient
  queue: Queue
  mapping: QueueMapping
  region: string
  /** The function's own limit: receiving more than can run would only let their visibility timeouts pass. */
  functionLimit: number
  invoke(payload: string, trace: Trace): Promise<Outcome>
  /** ARN of the function, and whether a chain of messages may come back to it without end. */
  functionArn: string
  allowsLoops: boolean
  notice(text: string): void
  /** Others use the engine too, or will after us. */
  isShared: boolean
  signal: AbortSignal
}

/** Polls a queue and invokes the function with what it gets, batch by batch, until the signal says stop. */
export async function runSqsSource(options: SqsSourceOptions): Promise<void> {
  const { mapping, functionLimit, signal } = options
  const gate = new Gate(Math.min(mapping.maxConcurrency ?? functionLimit, functionLimit))
  const running = new Set<Promise<void>>()
  for (let errors = 0; !signal.aborted; ) {
    await gate.enter()
    try {
      const batch = await collect(options)
      const work = handle(options, batch).finally(() => {
        running.delete(work)
        gate.leave()
      })
      running.add(work)
      errors = 0
    } catch {
      // The engine is away: it may come back.
      gate.leave()
      await sleep(backoff_ms(errors++), signal)
    }
  }
  await Promise.all(running)
}

/** One receive; with a batching window, as many as it takes to fill the batch or the time. */
async function collect(options: SqsSourceOptions): Promise<Message[]> {
  const { batchSize, window_ms } = options.mapping
  const batch = await receive(options, batchSize, options.isShared ? SHARED_POLL_S : LONG_POLL_S)
  const deadline_ms = Date.now() + window_ms
  while (
    batch.length > 0 &&
    batch.length < batchSize &&
    Date.now() < deadline_ms &&
    !options.signal.aborted
  ) {
    const left_s = Math.ceil((deadline_ms - Date.now()) / 1000)
    batch.push(...(await receive(options, batchSize - batch.length, Math.min(left_s, 1))))
  }
  return batch
}

async function receive(options: SqsSourceOptions, room: number, wait_s: number): Promise<Message[]> {
  const { sqs, queue, isShared, signal } = options
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: Math.min(room, MAX_RECEIVE),
    WaitTimeSeconds: wait_s,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  })
  const { Messages } = await sqs.send(command, isShared ? {} : { abortSignal: signal })
  return Messages ?? []
}

/** What succeeded, and what the filters drop, is deleted. What failed comes back after its visibility timeout. */
async function handle(options: SqsSourceOptions, received: Message[]): Promise<void> {
  const { mapping, queue, region } = options
  const records = received.map((message) => toRecord(message, queue, region))
  const wanted = records.filter((record) => mapping.wants(filterable(record)))
  const unwanted = records.filter((record) => !wanted.includes(record))
  await remove(options, unwanted)
  if (wanted.length === 0) return
  const trace = nextTrace(options.functionArn, traceHeaders(wanted))
  if (trace.isTooLong && !options.allowsLoops) return options.notice(loopNotice(options))
  const outcome = await options.invoke(JSON.stringify({ Records: wanted }), trace)
  const failures = readFailures(outcome, mapping.partialResponses, new Set(wanted.map((it) => it.messageId)))
  if (failures === 'all') return
  await remove(
    options,
    wanted.filter(({ messageId }) => failures === 'none' || !failures.has(messageId)),
  )
}

function traceHeaders(records: SqsRecord[]): string[] {
  return records.map(({ attributes }) => attributes.AWSTraceHeader).filter((header) => header !== undefined)
}

function loopNotice({ queue, functionArn }: SqsSourceOptions): string {
  const name = functionArn.split(':').at(-1)
  return (
    `${name} was not invoked with messages of ${queue.name}: their chain has had it 16 times, and by default Lambda stops ` +
    `such a loop. They come back after the visibility timeout. If the loop is meant, set RecursiveLoop: Allow`
  )
}

async function remove({ sqs, queue }: SqsSourceOptions, records: SqsRecord[]): Promise<void> {
  for (let i = 0; i < records.length; i += MAX_RECEIVE) {
    const Entries = records
      .slice(i, i + MAX_RECEIVE)
      .map(({ receiptHandle }, at) => ({ Id: String(at), ReceiptHandle: receiptHandle }))
    // If this fails the messages come again, as they may from the real SQS.
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries })).catch(() => {})
  }
}

type SqsRecord = ReturnType<typeof toRecord>

function toRecord(message: Message, queue: Queue, region: string) {
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes ?? {},
    messageAttributes: mapValues(message.MessageAttributes ?? {}, toAttribute),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: region,
  }
}

function toAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue) {
  return {
    dataType: DataType ?? 'String',
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
  }
}

/** A filter may look into the body if that is JSON. */
function filterable(record: SqsRecord): Json {
  const plain: Json = JSON.parse(JSON.stringify(record))
  return { ...(plain as { [key: string]: Json }), body: parseOr(record.body) }
}

function parseOr(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
