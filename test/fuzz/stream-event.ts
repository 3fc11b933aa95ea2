/** What Lambda hands to the dispatcher for new items, as it comes out of JSON: bytes are base64 there. */
import type { DynamoDBRecord } from 'aws-lambda'
import type { Image } from './attributes.ts'

export const insertOf = (image: Image, sequence: number): DynamoDBRecord =>
  JSON.parse(
    JSON.stringify({
      eventID: `event-${sequence}`,
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: 1_900_000_000,
        Keys: { pk: image['pk'], sk: image['sk'] },
        NewImage: withBase64(image),
        SequenceNumber: String(sequence),
        SizeBytes: 100,
        StreamViewType: 'NEW_IMAGE',
      },
    }),
  )

const withBase64 = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(withBase64)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withBase64(part)]))
}
