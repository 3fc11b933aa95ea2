/** Tables of DynamoDB. */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import type { JsonObject } from '../json.ts'
import type { Identity } from './identity.ts'

const Keys = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
const Index = z.object({
  IndexName: z.string(),
  KeySchema: Keys,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']).optional(),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
})
const Properties = z.object({
  KeySchema: Keys,
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: z.array(Index).optional(),
  LocalSecondaryIndexes: z.array(Index).optional(),
  StreamSpecification: z
    .object({ StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']) })
    .optional(),
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string().optional(), Enabled: z.boolean() })
    .optional(),
})

export interface Table {
  name: string
  arn: string
  streamArn: string
  create: CreateTableCommandInput
  ttlAttribute?: string
}

/** A global table's replicas, capacity and encryption settings do not exist locally: one table, on demand. */
export function parseTable({ name, arn, attributes }: Identity, properties: JsonObject): Table {
  const parsed = Properties.parse(properties)
  const ttl = parsed.TimeToLiveSpecification
  return {
    name,
    arn,
    streamArn: attributes['StreamArn'] ?? '',
    create: createInput(name, parsed),
    ...(ttl?.Enabled && ttl.AttributeName !== undefined && { ttlAttribute: ttl.AttributeName }),
  }
}

function createInput(name: string, parsed: z.infer<typeof Properties>): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: parsed.KeySchema,
    AttributeDefinitions: parsed.AttributeDefinitions,
    GlobalSecondaryIndexes: parsed.GlobalSecondaryIndexes?.map(index),
    LocalSecondaryIndexes: parsed.LocalSecondaryIndexes?.map(index),
    StreamSpecification: parsed.StreamSpecification && { StreamEnabled: true, ...parsed.StreamSpecification },
  }
}

/** Drops what an index cannot have here, for example its own throughput settings. */
function index({ IndexName, KeySchema, Projection }: z.infer<typeof Index>) {
  return { IndexName, KeySchema, Projection }
}
