/** Two SQS queues of an engine, and the adapters on them. */
import { randomUUID } from 'node:crypto'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { sqsWakeQueue, sqsWorkQueue } from '../../lib/adapters/sqs/queues.ts'
import type { WakeQueue, WorkQueue } from '../../lib/ports/queues.ts'

export interface SqsQueues {
  readonly client: SQSClient
  readonly work: WorkQueue
  readonly wake: WakeQueue
  /** The bodies of all messages that are in the work queue, which are then gone. */
  receiveWork(): Promise<string[]>
  sentWakes(): Promise<{ readonly body: string; readonly delay_s: number }[]>
  close(): Promise<void>
}

export async function sqsQueues(endpoint: string): Promise<SqsQueues> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false })
  const create = async (name: string): Promise<string> => {
    const { QueueUrl = '' } = await client.send(
      new CreateQueueCommand({ QueueName: `${name}-${randomUUID()}` }),
    )
    return QueueUrl
  }
  const [workUrl, wakeUrl] = [await create('work'), await create('wake')]
  const sent = watch(client, wakeUrl)
  return {
    client,
    work: sqsWorkQueue(client, workUrl),
    wake: sqsWakeQueue(client, wakeUrl),
    receiveWork: () => receiveAll(client, workUrl),
    sentWakes: async () => sent.splice(0),
    close: async () => {
      for (const QueueUrl of [workUrl, wakeUrl]) await client.send(new DeleteQueueCommand({ QueueUrl }))
      client.destroy()
    },
  }
}

/** Writes down what the engine accepted for a queue: with a delay of 15 minutes nobody wants to wait for it. */
function watch(client: SQSClient, queueUrl: string) {
  const sent: { body: string; delay_s: number }[] = []
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args)
        const { QueueUrl, Entries = [] } = args.input as {
          QueueUrl?: string
          Entries?: { Id: string; MessageBody: string; DelaySeconds?: number }[]
        }
        const { Successful = [] } = result.output as { Successful?: { Id?: string }[] }
        if (commandName !== 'SendMessageBatchCommand' || QueueUrl !== queueUrl) return result
        const taken = Entries.filter((entry) => Successful.some(({ Id }) => Id === entry.Id))
        sent.push(...taken.map((entry) => ({ body: entry.MessageBody, delay_s: entry.DelaySeconds ?? 0 })))
        return result
      },
    { step: 'initialize' },
  )
  return sent
}

async function receiveAll(client: SQSClient, QueueUrl: string): Promise<string[]> {
  const bodies: string[] = []
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    )
    if (Messages.length === 0) return bodies
    bodies.push(...Messages.map(({ Body = '' }) => Body))
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }))
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  }
}
