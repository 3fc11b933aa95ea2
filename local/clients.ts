/** Clients for the engines, and the variables by which functions find them. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { SQSClient } from '@aws-sdk/client-sqs'

/** Nobody checks them, but every SDK wants some. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' }

export interface Clients {
  dynamodb: DynamoDBClient
  streams: DynamoDBStreamsClient
  sqs: SQSClient
  destroy(): void
}

export function createClients(region: string, endpoints: { dynamodb: string; sqs: string }): Clients {
  const common = { region, credentials: CREDENTIALS }
  const dynamodb = new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb })
  const streams = new DynamoDBStreamsClient({ ...common, endpoint: endpoints.dynamodb })
  const sqs = new SQSClient({
    ...common,
    endpoint: endpoints.sqs,
    requestHandler: { httpsAgent: {}, httpAgent: { maxSockets: 200 } },
  })
  const destroy = () => [dynamodb, streams, sqs].forEach((client) => void client.destroy())
  return { dynamodb, streams, sqs, destroy }
}

/** An engine gives its streams ARNs of its own making. */
export async function engineStreamArn(dynamodb: DynamoDBClient, table: string): Promise<string> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }))
  if (Table?.LatestStreamArn === undefined) throw new Error(`Table ${table} has no stream.`)
  return Table.LatestStreamArn
}

/** Where a function finds the services: the SDK's own variables, nothing that only exists locally. */
export function functionVariables(
  region: string,
  endpoints: { dynamodb: string; sqs: string; s3?: string; events: string },
) {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.events,
    ...(endpoints.s3 !== undefined && { AWS_ENDPOINT_URL_S3: endpoints.s3 }),
    PATH: process.env['PATH'] ?? '',
    TZ: 'UTC',
  }
}
