/** Sends the jobs, each by its own way, spread over a few seconds. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { Client } from '../lib/index.ts'
import type { DemoQueue } from './shared.ts'
import { TASKS } from './tasks.ts'
import type { DemoJob, Way, Workload } from './workload.ts'

export interface Senders {
  readonly client: Client<DemoQueue>
  readonly dynamodb: DynamoDBClient
  readonly events: EventBridgeClient
  readonly jobsTable: string
  readonly eventBus: string
}

type SendBatch = (senders: Senders, jobs: readonly DemoJob[]) => Promise<void>
const BATCH: Readonly<Record<Way, number>> = { client: 25, put: 10, event: 10 }
const SEND: Readonly<Record<Way, SendBatch>> = { client: enqueue, put, event: putEvents }

export interface Sending {
  /** The jobs of each way are spread evenly over this time. */
  readonly spread_ms: number
  /** Called for each batch, with the time at which it was sent. */
  readonly onSent: (jobs: readonly DemoJob[], at: number) => void
  readonly signal: AbortSignal
}

export async function sendAll(
  senders: Senders,
  { jobs, malformed }: Workload,
  { spread_ms, onSent, signal }: Sending,
): Promise<void> {
  const sendWay = (way: Way) =>
    paced(
      chunks(
        jobs.filter((job) => job.way === way),
        BATCH[way],
      ),
      spread_ms,
      signal,
      async (batch) => {
        onSent(batch, Date.now())
        await SEND[way](senders, batch)
      },
    )
  await Promise.all([sendWay('client'), sendWay('put'), sendWay('event'), sendMalformed(senders, malformed)])
}

/** The typed client. */
async function enqueue({ client }: Senders, jobs: readonly DemoJob[]): Promise<void> {
  const enqueueAll = (task: (typeof TASKS)[number]) =>
    client.enqueueMany(
      task,
      jobs
        .filter(({ kind }) => kind.task === task.name)
        .map((job) => ({ payload: payloadOf(job), id: job.contactId, delay: job.delay_ms })),
    )
  await Promise.all(TASKS.map(enqueueAll))
}

/** Any AWS SDK, in any language: four attributes make a job. */
async function put({ dynamodb, jobsTable }: Senders, jobs: readonly DemoJob[]): Promise<void> {
  const putOne = (job: DemoJob) => {
    const runAt = new Date(Date.now() + job.delay_ms).toISOString()
    const item = {
      pk: `${job.kind.queue}|${job.customerId}`,
      sk: `5#${runAt}#${job.contactId}`,
      task: job.kind.task,
      payload: payloadOf(job),
    }
    return dynamodb.send(new PutItemCommand({ TableName: jobsTable, Item: marshall(item) }))
  }
  await Promise.all(jobs.map(putOne))
}

/** An event on the bus. */
async function putEvents(senders: Senders, jobs: readonly DemoJob[]): Promise<void> {
  const details = jobs.map((job) => ({
    queue: job.kind.queue,
    task: job.kind.task,
    payload: payloadOf(job),
    id: job.contactId,
    delay: job.delay_ms,
  }))
  await putDetails(senders, details)
}

async function putDetails({ events, eventBus }: Senders, details: readonly object[]): Promise<void> {
  const Entries = details.map((detail) => ({
    EventBusName: eventBus,
    Source: 'crm-sync.demo',
    DetailType: 'sluice.enqueue',
    Detail: JSON.stringify(detail),
  }))
  const { FailedEntryCount = 0 } = await events.send(new PutEventsCommand({ Entries }))
  if (FailedEntryCount > 0) throw new Error(`the bus did not take ${FailedEntryCount} events`)
}

async function sendMalformed(senders: Senders, malformed: Workload['malformed']): Promise<void> {
  const { dynamodb, jobsTable } = senders
  for (const bad of malformed) {
    if (bad.way === 'event') await putDetails(senders, [bad.detail])
    else await dynamodb.send(new PutItemCommand({ TableName: jobsTable, Item: marshall(bad.item) }))
  }
}

const payloadOf = ({ customerId, contactId }: DemoJob) => ({ customerId, contactId })

/** One after the other, evenly over the time. */
async function paced<T>(
  items: readonly T[],
  spread_ms: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const startedAt = Date.now()
  for (const [index, item] of items.entries()) {
    await sleep(Math.max(0, startedAt + (spread_ms * index) / items.length - Date.now()))
    if (signal.aborted) return
    await work(item)
  }
}

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size))
