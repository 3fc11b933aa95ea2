/** README's commands for DynamoDB, as the shell hands them to the AWS CLI, on an engine: they do what README says. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { parseJob, type RawItem } from '../../lib/core/job/job.ts'
import type { ShardKey, SortKey } from '../../lib/core/keys.ts'
import { configOf, value } from '../support/builders.ts'
import { dynoxideDatabase, missingDynoxide, type TestDatabase } from '../support/dynamodb.ts'
import { readmeShell } from './readme.ts'

/** In place of the AWS CLI: prints the arguments of each call as a line of JSON. */
const AWS = `aws() { '${process.execPath}' -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- "$@"; }`

interface Call {
  readonly operation: string
  /** The options under the names that the SDK has for them: `--table-name` is `TableName`. */
  readonly input: Record<string, unknown>
}

async function callsOf(operation: string, tables: TestDatabase['tables']): Promise<Call[]> {
  const block = readmeShell().find((commands) => commands.includes(`aws dynamodb ${operation} `))
  if (block === undefined) throw new Error(`README has no aws dynamodb ${operation}`)
  const env = {
    JOBS_TABLE_NAME: tables.jobs,
    STATE_TABLE_NAME: tables.state,
    HISTORY_TABLE_NAME: tables.history,
  }
  const { stdout } = await promisify(execFile)('bash', ['-euc', `${AWS}\n${block}`], { env })
  return stdout
    .trim()
    .split('\n')
    .map((line) => callOf(JSON.parse(line) as string[]))
}

const callOf = ([, operation = '', ...options]: readonly string[]): Call => ({
  operation,
  input: Object.fromEntries(
    options.flatMap((option, index) =>
      option.startsWith('--') ? [[sdkName(option), jsonOrText(options[index + 1] ?? '')]] : [],
    ),
  ),
})
const sdkName = (option: string): string =>
  option.slice(1).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
const jsonOrText = (text: string): unknown => (text.startsWith('{') ? JSON.parse(text) : text)

describe.skipIf(missingDynoxide)(missingDynoxide ?? 'README’s command', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await dynoxideDatabase()
  })
  afterAll(() => database.close())

  test('that puts a job puts one that the configuration takes', async () => {
    const [{ input }, ...more] = (await callsOf('put-item', database.tables)) as [Call]
    expect(more).toEqual([])
    await database.client.send(new PutItemCommand(input as unknown as PutItemCommandInput))
    const { pk, sk } = input['Item'] as { pk: { S: string }; sk: { S: string } }
    const item = await dynamoStore(database).jobs.get({ pk: pk.S as ShardKey, sk: sk.S as SortKey })
    const job = value(parseJob(configOf({ partition: { payload: 'customerId' } }), item as RawItem))
    expect(job).toMatchObject({ task: 'sync-contact', shard: { partition: 'acme' }, id: 'contact-42' })
  })

  test('that writes an override pauses the shard for good, and the other takes it back', async () => {
    const { client, tables } = database
    const shard = 'crm|acme' as ShardKey
    const idle = { pk: { S: shard }, version: { N: '4' }, expiresAt: { N: '1896685200' } }
    await client.send(new PutItemCommand({ TableName: tables.state, Item: idle }))
    const [pause, back] = (await callsOf('update-item', tables)) as [Call, Call]
    const update = async ({ input }: Call) => {
      await client.send(new UpdateItemCommand(input as unknown as UpdateItemCommandInput))
      return dynamoStore(database).states.read(shard)
    }
    expect(await update(pause)).toMatchObject({ version: 5, override: { concurrency: 0 } })
    const paused = await client.send(
      new GetItemCommand({ TableName: tables.state, Key: { pk: { S: shard } } }),
    )
    expect(paused.Item).not.toHaveProperty('expiresAt')
    const asConfigured = await update(back)
    expect(asConfigured).toMatchObject({ version: 6 })
    expect(asConfigured).not.toHaveProperty('override')
  })
})
