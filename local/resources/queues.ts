/** `AWS::SQS::Queue` */
import * as z from 'zod'
import type { JsonObject } from '../json.ts'
import type { Identity } from './identity.ts'

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String).optional()
const Properties = z.object({
  VisibilityTimeout: text,
  DelaySeconds: text,
  MaximumMessageSize: text,
  MessageRetentionPeriod: text,
  ReceiveMessageWaitTimeSeconds: text,
  FifoQueue: text,
  ContentBasedDeduplication: text,
  RedrivePolicy: z
    .object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() })
    .transform((policy) => JSON.stringify(policy))
    .optional(),
})

export interface Queue {
  name: string
  arn: string
  url: string
  /** As `CreateQueue` takes them. */
  attributes: Record<string, string>
}

export function parseQueue({ name, arn, url }: Identity, properties: JsonObject): Queue {
  const parsed = Object.entries(Properties.parse(properties))
  const attributes = Object.fromEntries(parsed.filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >
  return { name, arn, url: url ?? '', attributes }
}
