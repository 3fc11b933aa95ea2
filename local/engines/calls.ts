/** What IAM would ask about a request to DynamoDB, SQS or S3: who does what with what. */
import * as z from 'zod'
import { ACCOUNT } from '../assembly.ts'

export interface Call {
  /** The access key that signed the request: a function's logical id, or whatever a client calls itself. */
  readonly caller: string
  /** As policies name it: `dynamodb:PutItem`. */
  readonly action: string
  /** An ARN. */
  readonly resource: string
  /** The partition key of what is put, changed, checked or asked for, which a policy may name. */
  readonly key?: string | undefined
}

export interface AwsRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export type Service = 'dynamodb' | 'sqs' | 's3'
type Asked = Omit<Call, 'caller'>

/** Each of them, for one request may be several: a transaction is asked about item by item. */
export function callsOf(service: Service, region: string, request: AwsRequest): Call[] {
  const caller = /Credential=([^/]+)\//.exec(String(request.headers['authorization']))?.[1]
  if (caller === undefined) return []
  return ASKED[service](request, region).map((asked) => ({ caller, ...asked }))
}

const ASKED: Record<Service, (request: AwsRequest, region: string) => Asked[]> = {
  dynamodb: (request, region) => ofDynamo(request, `arn:aws:dynamodb:${region}:${ACCOUNT}:table`),
  sqs: (request, region) => ofSqs(request, `arn:aws:sqs:${region}:${ACCOUNT}`),
  s3: ofS3,
}

const operationOf = ({ headers }: AwsRequest): string => String(headers['x-amz-target']).split('.')[1] ?? ''

const Item = z.looseObject({ pk: z.object({ S: z.string() }).optional() })
const Table = z.object({
  TableName: z.string(),
  IndexName: z.string().optional(),
  Item: Item.optional(),
  Key: Item.optional(),
  KeyConditionExpression: z.string().optional(),
  ExpressionAttributeValues: z.looseObject({ ':pk': z.object({ S: z.string() }).optional() }).optional(),
})
const Batch = z.object({ RequestItems: z.record(z.string(), z.unknown()) })
const Transaction = z.object({ TransactItems: z.array(z.record(z.string(), Table)) })

function ofDynamo(request: AwsRequest, tables: string): Asked[] {
  const operation = operationOf(request)
  const body: unknown = JSON.parse(request.body || '{}')
  const asked = (action: string, table: string, key?: string): Asked => ({
    action: `dynamodb:${action}`,
    resource: `${tables}/${table}`,
    ...(key === undefined ? {} : { key }),
  })
  if (operation.startsWith('Batch'))
    return Object.keys(Batch.parse(body).RequestItems).map((table) => asked(operation, table))
  if (operation.startsWith('Transact')) {
    const parts = Transaction.parse(body).TransactItems.flatMap((part) => Object.entries(part))
    return parts.map(([part, table]) => asked(PARTS[part] ?? part, table.TableName, keyOf(table)))
  }
  const { data } = Table.safeParse(body)
  if (!data) return []
  const { TableName, IndexName } = data
  const resource = IndexName === undefined ? TableName : `${TableName}/index/${IndexName}`
  return [asked(operation, resource, keyOf(data))]
}

function keyOf({ Item, Key, KeyConditionExpression: asked, ...rest }: z.infer<typeof Table>) {
  const queried = asked?.startsWith('pk = :pk') ? rest.ExpressionAttributeValues?.[':pk'] : undefined
  return (Item?.pk ?? Key?.pk ?? queried)?.S
}

/** Of a transaction: IAM knows no action of that name. */
const PARTS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
}

const Queue = z.object({ QueueUrl: z.string() })

function ofSqs(request: AwsRequest, queues: string): Asked[] {
  const { data } = Queue.safeParse(JSON.parse(request.body || '{}'))
  if (!data) return []
  const name = data.QueueUrl.split('/').at(-1)
  // What is done with many messages is allowed by the action for one.
  return [{ action: `sqs:${operationOf(request).replace(/Batch$/, '')}`, resource: `${queues}:${name}` }]
}

const OF_METHOD: Readonly<Record<string, string>> = { GET: 'GetObject', HEAD: 'GetObject', PUT: 'PutObject' }

function ofS3({ method, url }: AwsRequest): Asked[] {
  const [path = ''] = url.split('?')
  const [, bucket, ...key] = decodeURIComponent(path).split('/')
  const isObject = key.join('/') !== ''
  const action = isObject ? (OF_METHOD[method] ?? method) : `${method} of a bucket`
  return [{ action: `s3:${action}`, resource: `arn:aws:s3:::${[bucket, ...key].filter(Boolean).join('/')}` }]
}
