/** Woken by the Jobs stream (a job arrived) and by the wake queue (a time has come). */
import type { DynamoDBRecord, DynamoDBStreamEvent, SQSEvent, SQSRecord } from 'aws-lambda'
import { fromItem, type Item } from '../lib/adapters/dynamodb/database.ts'
import { parseWakeMessage } from '../lib/adapters/sqs/messages.ts'
import { contextFromEnvironment, once } from '../lib/api/context.ts'
import { type BatchResponse, batchResponse, handleEach, lambda } from '../lib/api/lambda.ts'
import type { RawItem } from '../lib/core/job.ts'
import { type Arrival, arrive } from '../lib/use-cases/arrive.ts'
import { pass } from '../lib/use-cases/pass.ts'

const context = once(contextFromEnvironment)

export const handler = lambda<DynamoDBStreamEvent | SQSEvent, BatchResponse>((event) => {
  const [first] = event.Records
  return first && 'dynamodb' in first ? onArrivals(event as DynamoDBStreamEvent) : onWakes(event as SQSEvent)
})

async function onArrivals({ Records }: DynamoDBStreamEvent): Promise<BatchResponse> {
  return batchResponse(await arrive(context(), Records.flatMap(toArrival)))
}

export function toArrival({ dynamodb }: DynamoDBRecord): Arrival<string>[] {
  if (!dynamodb?.NewImage || !dynamodb.SequenceNumber) return []
  return [{ id: dynamodb.SequenceNumber, item: fromItem(dynamodb.NewImage as Item) as RawItem }]
}

const onWakes = ({ Records }: SQSEvent): Promise<BatchResponse> =>
  handleEach(Records, ({ messageId }) => messageId, onWake)

async function onWake({ body, messageId }: SQSRecord): Promise<void> {
  const wake = parseWakeMessage(body)
  if (!wake.ok) {
    context().logger.error('wake message refused', { messageId, reason: wake.reason })
    return
  }
  const { shard, dueAt } = wake.value
  await pass(context(), { shard: shard, ...(dueAt === undefined ? {} : { wokenFor: dueAt }) })
}
