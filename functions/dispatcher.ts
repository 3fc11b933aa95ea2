/**
 * Woken by the Jobs stream (a job arrived), by the Schedules stream (somebody has put a schedule by hand) and by the wake queue (a time
 * has come).
 */
import type { DynamoDBRecord, DynamoDBStreamEvent, SQSEvent, SQSRecord } from 'aws-lambda'
import { type Item, toRawItem } from '../lib/adapters/dynamodb/item.ts'
import { parseWakeMessage } from '../lib/adapters/sqs/messages.ts'
import { contextFromEnvironment, once } from '../lib/lambda/context.ts'
import { type BatchResponse, batchResponse, handleEach, lambda } from '../lib/lambda/entry.ts'
import { type Arrival, arrive } from '../lib/use-cases/arrive.ts'
import { arriveSchedules } from '../lib/use-cases/schedules/arrive-schedules.ts'
import { wakeUp } from '../lib/use-cases/wake-up.ts'

const context = once(contextFromEnvironment)

export const handler = lambda<DynamoDBStreamEvent | SQSEvent, BatchResponse>((event) => {
  const [first] = event.Records
  return first && 'dynamodb' in first ? onArrivals(event as DynamoDBStreamEvent) : onWakes(event as SQSEvent)
})

/** An invocation has records of one table. Schedules have no sort key. */
async function onArrivals({ Records }: DynamoDBStreamEvent): Promise<BatchResponse> {
  const schedules = Records.flatMap(toScheduleKey)
  if (schedules.length > 0) {
    await arriveSchedules(context(), schedules)
    return batchResponse([])
  }
  return batchResponse(await arrive(context(), Records.flatMap(toArrival)))
}

export function toArrival({ dynamodb }: DynamoDBRecord): Arrival<string>[] {
  if (!dynamodb?.NewImage || !dynamodb.SequenceNumber) return []
  return [{ id: dynamodb.SequenceNumber, item: toRawItem(dynamodb.NewImage as Item) }]
}

export function toScheduleKey({ dynamodb }: DynamoDBRecord): string[] {
  const { pk, sk } = dynamodb?.NewImage ? (dynamodb.Keys ?? {}) : {}
  return pk?.S === undefined || sk ? [] : [pk.S]
}

const onWakes = ({ Records }: SQSEvent): Promise<BatchResponse> =>
  handleEach(Records, ({ messageId }) => messageId, onWake)

async function onWake({ body, messageId }: SQSRecord): Promise<void> {
  const { events } = context()
  const wake = parseWakeMessage(body)
  if (!wake.ok) {
    events.emit({ kind: 'message refused', queue: 'wake', messageId, reason: wake.reason })
    return
  }
  try {
    await wakeUp(context(), wake.value)
  } catch (error) {
    if ('shard' in wake.value) events.emit({ kind: 'wake-up failed', shard: wake.value.shard })
    else events.emit({ kind: 'schedules not fired', fire: wake.value.fire, error })
    throw error
  }
}
