/**
 * The same jobs without Sluice: a queue, and a consumer that calls the CRM with whatever it gets. A job that fails is
 * seen again a second later, and given up after so many tries, as a redrive policy would do.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { pathOf } from './shared.ts'
import type { DemoJob } from './workload.ts'

export interface PlainOptions {
  readonly sqs: SQSClient
  readonly crmUrl: string
  readonly jobs: readonly DemoJob[]
  /** How many jobs the consumer works on simultaneously. */
  readonly parallelism: number
  readonly limit_ms: number
  readonly signal: AbortSignal
}

export interface PlainProgress {
  succeeded: number
  /** Jobs that used up their tries. */
  givenUp: number
  refused: number
}

const MAX_TRIES = 5
const RETRY_S = 1
const BATCH = 10

/** Ends when all jobs are done or given up, or when the time is over. */
export async function runPlainSqs(
  options: PlainOptions,
  onProgress: (progress: PlainProgress) => void,
): Promise<PlainProgress> {
  const { sqs, jobs, parallelism, limit_ms, signal } = options
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `plain-${Date.now()}` }))
  await send(sqs, QueueUrl, jobs)
  const progress = { succeeded: 0, givenUp: 0, refused: 0 }
  const deadline = AbortSignal.any([AbortSignal.timeout(limit_ms), signal])
  const isOver = () => deadline.aborted || progress.succeeded + progress.givenUp === jobs.length
  const lane = async () => {
    while (!isOver()) {
      const { Messages = [] } = await receive(sqs, QueueUrl)
      await Promise.all(Messages.map((message) => consume(options, QueueUrl, message, progress)))
      onProgress(progress)
      if (Messages.length === 0) await sleep(50)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.ceil(parallelism / BATCH)) }, lane))
  return progress
}

async function send(sqs: SQSClient, QueueUrl: string, jobs: readonly DemoJob[]): Promise<void> {
  for (let at = 0; at < jobs.length; at += BATCH) {
    const Entries = jobs.slice(at, at + BATCH).map((job, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(job),
      DelaySeconds: Math.round(job.delay_ms / 1000),
    }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
  }
}

const receive = (sqs: SQSClient, QueueUrl: string) =>
  sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: BATCH,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  )

async function consume(
  { sqs, crmUrl }: PlainOptions,
  QueueUrl: string,
  { Body = '', ReceiptHandle, Attributes }: Message,
  progress: PlainProgress,
): Promise<void> {
  const status = await call(crmUrl, JSON.parse(Body) as DemoJob)
  const isLast = Number(Attributes?.ApproximateReceiveCount) >= MAX_TRIES
  if (status === 429) progress.refused++
  if (status === 200) progress.succeeded++
  else if (isLast) progress.givenUp++
  else {
    const again = { QueueUrl, ReceiptHandle, VisibilityTimeout: RETRY_S }
    await sqs.send(new ChangeMessageVisibilityCommand(again))
    return
  }
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
}

async function call(crmUrl: string, { kind, customerId, contactId }: DemoJob): Promise<number> {
  const url = new URL(pathOf(kind, customerId), crmUrl)
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ customerId, contactId, units: kind.units }),
  })
  await response.arrayBuffer()
  return response.status
}
