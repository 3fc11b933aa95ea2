/** SQS: fauxqs, or an engine that the environment names. */
import { fileURLToPath } from 'node:url'
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { Queue } from '../resources/queues.ts'
import { external } from './external.ts'
import { type Engine, startEngine } from './process.ts'

const PROCESS = fileURLToPath(new URL('./fauxqs-process.ts', import.meta.url))

export interface SqsOptions {
  port: number
  region: string
  queues: Queue[]
  notice(text: string): void
}

export function startSqs({ port, region, queues, notice }: SqsOptions): Promise<Engine> {
  const definitions = JSON.stringify(queues.map(({ name, attributes }) => ({ name, attributes })))
  return startEngine({ name: 'SQS', port, module: PROCESS, args: [region, definitions], notice })
}

/** An engine from the environment has no queues yet. Redrive comes second: the dead-letter queue has to exist. */
export async function useSqs(endpoint: string, client: SQSClient, queues: Queue[]): Promise<Engine> {
  for (const { name, attributes } of queues) {
    const { RedrivePolicy: _, ...Attributes } = attributes
    await client.send(new CreateQueueCommand({ QueueName: name, Attributes }))
  }
  for (const { url, attributes } of queues) {
    if (attributes['RedrivePolicy'] === undefined) continue
    const Attributes = { RedrivePolicy: attributes['RedrivePolicy'] }
    await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }))
  }
  return external('SQS', endpoint)
}
