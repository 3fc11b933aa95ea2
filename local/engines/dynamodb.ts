/** DynamoDB: Dynoxide, or an engine that the environment names. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import type { Table } from '../resources/tables.ts'
import { external } from './external.ts'
import { type Engine, freePort, startEngine } from './process.ts'

const PROCESS = fileURLToPath(new URL('./dynoxide-process.ts', import.meta.url))

export interface DynamoOptions {
  /** Where the database file goes. It survives a restart of the engine. */
  dir: string
  /** An engine that runs already. */
  endpoint?: string | undefined
  notice(text: string): void
}

export async function startDynamo({ dir, endpoint, notice }: DynamoOptions): Promise<Engine> {
  if (endpoint !== undefined) return external('DynamoDB', endpoint)
  const args = [findBinary(), join(dir, 'dynamodb.sqlite')]
  return startEngine({ name: 'DynamoDB', port: await freePort(), module: PROCESS, args, notice })
}

function findBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`
  try {
    const packageFile = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const binary = join(packageFile, '..', process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide')
    if (existsSync(binary)) return binary
  } catch {
    // Not installed: the message below says what to do.
  }
  throw new Error(
    `There is no DynamoDB engine for ${process.platform}-${process.arch}. Either\n` +
      `  npm install --no-save ${name}    (a single binary), or\n` +
      '  start DynamoDB Local (any DynamoDB-compatible endpoint will do) and set DYNAMODB_ENDPOINT=http://localhost:8000',
  )
}

/** Returns the names of those that are new. */
export async function createTables(client: DynamoDBClient, tables: Table[]): Promise<Set<string>> {
  const created = await Promise.all(tables.map((table) => createTable(client, table)))
  return new Set(tables.filter((_, i) => created[i]).map(({ name }) => name))
}

/** A table that exists already, in an engine given by the environment, is used as it is. */
async function createTable(client: DynamoDBClient, { name, create, ttlAttribute }: Table): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand(create))
  } catch (error) {
    if (error instanceof ResourceInUseException) return false
    throw error
  }
  await waitUntilTableExists({ client, minDelay: 0.05, maxDelay: 0.5, maxWaitTime: 30 }, { TableName: name })
  if (ttlAttribute === undefined) return true
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true }
  await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }))
  return true
}
