/** Messages as a function gets them, as filters see them, and what they say about where they came from. */
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import type { Json } from '../json.ts'
import type { Queue } from '../resources/queues.ts'

export type SqsRecord = ReturnType<typeof toRecord>

export function toRecord(message: Message, queue: Queue, region: string) {
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
export function filterable(record: SqsRecord): Json {
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

export function traceHeaders(records: SqsRecord[]): string[] {
  return records.map(({ attributes }) => attributes.AWSTraceHeader).filter((header) => header !== undefined)
}
