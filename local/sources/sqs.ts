/** Queues as event sources. */
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { backoff_ms, sleep } from '../async.ts'
import { isThrottled } from '../lambda/account.ts'
import { nextTrace, type Trace } from '../lambda/lineage.ts'
import type { Outcome } from '../lambda/outcome.ts'
import type { QueueMapping } from '../resources/mappings.ts'
import type { Queue } from '../resources/queues.ts'
import { readFailures } from './failures.ts'
import { Gate } from './gate.ts'
import { filterable, type SqsRecord, toRecord, traceHeaders } from './sqs-records.ts'

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
  let throttled = 0
  const work = async (batch: Message[]): Promise<void> => {
    throttled = (await handle(options, batch)) === 'throttled' ? throttled + 1 : 0
    // Pollers become fewer while the function is throttled: what is received now would only be received in vain.
    if (throttled > 0) await sleep(backoff_ms(throttled), signal)
  }
  for (let errors = 0; !signal.aborted; ) {
    await gate.enter()
    try {
      const batch = await collect(options)
      const working = work(batch).finally(() => {
        running.delete(working)
        gate.leave()
      })
      running.add(working)
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

/**
 * What succeeded, and what the filters drop, is deleted. What failed comes back after its visibility timeout, and so
 * does what never reached the function because that was throttled: it has been received all the same.
 */
async function handle(options: SqsSourceOptions, received: Message[]): Promise<'throttled' | undefined> {
  const { mapping, queue, region } = options
  const records = received.map((message) => toRecord(message, queue, region))
  const wanted = records.filter((record) => mapping.wants(filterable(record)))
  const unwanted = records.filter((record) => !wanted.includes(record))
  await remove(options, unwanted)
  if (wanted.length === 0) return undefined
  const trace = nextTrace(options.functionArn, traceHeaders(wanted))
  if (trace.isTooLong && !options.allowsLoops) {
    options.notice(loopNotice(options))
    return undefined
  }
  const outcome = await options.invoke(JSON.stringify({ Records: wanted }), trace)
  if (isThrottled(outcome)) {
    options.notice(throttleNotice(options, wanted.length))
    return 'throttled'
  }
  const failures = readFailures(outcome, mapping.partialResponses, new Set(wanted.map((it) => it.messageId)))
  if (failures === 'all') return undefined
  await remove(
    options,
    wanted.filter(({ messageId }) => failures === 'none' || !failures.has(messageId)),
  )
  return undefined
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

function loopNotice({ queue, functionArn }: SqsSourceOptions): string {
  const name = functionArn.split(':').at(-1)
  return (
    `${name} was not invoked with messages of ${queue.name}: their chain has had it 16 times, and by default Lambda stops ` +
    `such a loop. They come back after the visibility timeout. If the loop is meant, set RecursiveLoop: Allow`
  )
}

function throttleNotice({ queue, functionArn }: SqsSourceOptions, count: number): string {
  const name = functionArn.split(':').at(-1)
  return `${name} was throttled: ${count} messages of ${queue.name} come back after the visibility timeout`
}
