/** README's commands for DynamoDB, as the shell hands them to the AWS CLI, on an engine: they do what README says. */
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
import { type AwsCall, readmeCalls } from './readme-calls.ts'

const variablesOf = ({ jobs, state, history }: TestDatabase['tables']) => ({
  JOBS_TABLE_NAME: jobs,
  STATE_TABLE_NAME: state,
  HISTORY_TABLE_NAME: history,
})

describe.skipIf(missingDynoxide)(missingDynoxide ?? 'README’s command', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await dynoxideDatabase()
  })
  afterAll(() => database.close())

  test('that puts a job puts one that the configuration takes', async () => {
    const [{ input }, ...more] = (await readmeCalls('dynamodb put-item', variablesOf(database.tables))) as [
      AwsCall,
    ]
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
    const [pause, back] = (await readmeCalls('dynamodb update-item', variablesOf(tables))) as [
      AwsCall,
      AwsCall,
    ]
    const update = async ({ input }: AwsCall) => {
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
