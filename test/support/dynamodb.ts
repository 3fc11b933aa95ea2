/** A DynamoDB endpoint with Sluice's tables: the key schemas of `cdk/tables.ts`, under names of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import pRetry from 'p-retry'
import type { Database, TableNames } from '../../lib/adapters/dynamodb/database.ts'
import { toItem } from '../../lib/adapters/dynamodb/item.ts'
import type { RawItem } from '../../lib/core/job/job.ts'
import { freePort } from '../../local/engines/process.ts'

const DYNOXIDE = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url))
export const missingDynoxide: string | undefined = existsSync(DYNOXIDE)
  ? undefined
  : 'dynoxide is not installed: its package exists for linux-x64 only'

export interface TestDatabase extends Database {
  close(): Promise<void>
}

/** A fresh engine in a process of its own. */
export async function dynoxideDatabase(): Promise<TestDatabase> {
  const port = await freePort()
  const engine = spawn(DYNOXIDE, ['--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' })
  const client = localClient(`http://127.0.0.1:${port}`)
  const tables = await pRetry(() => createTables(client), { retries: 50, minTimeout: 20, factor: 1 })
  return { client, tables, close: () => stop(client, engine) }
}

/** Tables of its own in an engine that is there already. */
export async function endpointDatabase(endpoint: string): Promise<TestDatabase> {
  const client = localClient(endpoint)
  const tables = await createTables(client)
  const drop = (TableName: string) => client.send(new DeleteTableCommand({ TableName }))
  return {
    client,
    tables,
    close: async () => {
      await Promise.all(Object.values(tables).map(drop))
      client.destroy()
    },
  }
}

/**
 * Puts an item with attributes that the SDK would not send: the request's body is written by hand.
 * @param attributes in DynamoDB's own notation, bytes in base64
 */
export async function putRaw({ client, tables }: Database, item: RawItem, attributes: object): Promise<void> {
  const { protocol, hostname, port } = await (
    client.config.endpoint as NonNullable<typeof client.config.endpoint>
  )()
  const response = await fetch(`${protocol}//${hostname}:${port}`, {
    method: 'POST',
    headers: {
      'x-amz-target': 'DynamoDB_20120810.PutItem',
      'x-amz-date': '20250101T000000Z',
      'content-type': 'application/x-amz-json-1.0',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify({ TableName: tables.jobs, Item: withOwn(toItem(item), attributes) }),
  })
  if (!response.ok) throw new Error(await response.text())
}

/** A spread would set the prototype instead of a member called `__proto__`. */
const withOwn = (item: object, attributes: object): object =>
  Object.fromEntries([...Object.entries(item), ...Object.entries(attributes)])

const localClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })

async function stop(client: DynamoDBClient, engine: ChildProcess): Promise<void> {
  client.destroy()
  if (engine.exitCode !== null) return
  const exited = once(engine, 'exit')
  engine.kill('SIGKILL')
  await exited
}

async function createTables(client: DynamoDBClient): Promise<TableNames> {
  await client.send(new ListTablesCommand({})) // throws until the engine listens
  const suffix = randomUUID()
  const tables = {
    jobs: `jobs-${suffix}`,
    state: `state-${suffix}`,
    history: `history-${suffix}`,
    schedules: `schedules-${suffix}`,
  }
  const schemas = [
    { TableName: tables.jobs, ...PK_SK },
    { TableName: tables.history, ...PK_SK },
    { TableName: tables.state, ...dueIndex('dueShard', 'dueAt') },
    { TableName: tables.schedules, ...dueIndex('dueIn', 'nextAt') },
  ]
  for (const schema of schemas) {
    await client.send(new CreateTableCommand({ BillingMode: 'PAY_PER_REQUEST', ...schema }))
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.05 }, { TableName: schema.TableName })
  }
  return tables
}

type Schema = Pick<CreateTableCommandInput, 'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes'>

const PK_SK: Schema = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
}
/** One item a key, and the index `due` of those that have both of its keys. */
const dueIndex = (group: string, time: string): Schema => ({
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: group, AttributeType: 'S' },
    { AttributeName: time, AttributeType: 'N' },
  ],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: group, KeyType: 'HASH' },
        { AttributeName: time, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
})
