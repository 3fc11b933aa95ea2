/** What is found out before anything is done in an account, and how what a test has left there goes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateStackCommand, DeleteStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation'
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../../local/engines/process.ts'
import { onLoopback } from '../../support/loopback.ts'
import { messages } from '../judge.ts'
import { deleteKept, removeKept, removeStacks } from './clean-up.ts'
import { findMinistack } from './ministack/find.ts'
import { expectAccount, expectNoStacks, expectReaches } from './preflight.ts'
import { TAG } from './stack-names.ts'
import { atRest, cloudFormation, findStack, resourcesOf } from './stacks.ts'
import type { Target } from './target.ts'

const found = await findMinistack()
if (!found.ok) console.warn(`Not tested: ${found.missing}`)

/** As a stack of Sluice keeps them. */
const kept = (Type: string, Properties: object) => ({ Type, DeletionPolicy: 'Retain', Properties })
const Queue = { Type: 'AWS::SQS::Queue' }
const WITHOUT_KEPT = JSON.stringify({ Resources: { Queue } })
const TEMPLATE = JSON.stringify({
  Resources: {
    Table: kept('AWS::DynamoDB::GlobalTable', {
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [{ Region: 'us-east-1' }],
    }),
    Bucket: kept('AWS::S3::Bucket', {}),
    Queue,
  },
})

describe.skipIf(!found.ok)('the stacks in an account', () => {
  let directory: string
  let target: Target
  const options = () => target.clientOptions
  const client = () => cloudFormation(options())
  const s3 = () => new S3Client({ ...options(), forcePathStyle: true })
  beforeAll(async () => {
    if (!found.ok) return
    directory = await mkdtemp(join(tmpdir(), 'sluice-deploy-'))
    target = await found.start(directory)
  })
  afterAll(async () => {
    await target?.stop()
    await rm(directory, { recursive: true })
  })

  async function create(StackName: string, tags: readonly string[], TemplateBody = TEMPLATE): Promise<void> {
    const Tags = tags.map((Key) => ({ Key, Value: 'yes' }))
    await client().send(new CreateStackCommand({ StackName, TemplateBody, Tags }))
    expect(await atRest(client(), StackName)).toMatchObject({ StackStatus: 'CREATE_COMPLETE' })
  }
  async function remove(StackName: string): Promise<void> {
    await client().send(new DeleteStackCommand({ StackName }))
    await expect.poll(() => findStack(client(), StackName)).toBeUndefined()
  }
  const tables = async () => (await new DynamoDBClient(options()).send(new ListTablesCommand())).TableNames
  const buckets = async () => (await s3().send(new ListBucketsCommand())).Buckets ?? []

  test('are whose the credentials are', async () => {
    await expectAccount(options(), target.account)
    await expect(expectAccount(options(), '123456789012')).rejects.toThrow(
      `those of account ${target.account}, not of 123456789012`,
    )
  })

  test('of the tests go with all that they keep, and are refused as long as they are there', async () => {
    await expectNoStacks(options())
    await create('Deployed', [TAG])
    await expect(expectNoStacks(options())).rejects.toThrow(
      'Deployed is left from an earlier run: --clean-up',
    )
    const [Bucket] = await resourcesOf(client(), 'Deployed', 'AWS::S3::Bucket')
    await s3().send(new PutObjectCommand({ Bucket, Key: '90d/payload', Body: 'large' }))
    expect(await removeStacks(options())).toEqual(['Deployed'])
    expect([await findStack(client(), 'Deployed'), await tables(), await buckets()]).toEqual([
      undefined,
      [],
      [],
    ])
    await expectNoStacks(options())
  })

  test('of the tests are asked for messages in their queues, and nobody else’s are', async () => {
    await create('Deployed', [TAG])
    await create('Other', [], WITHOUT_KEPT)
    const sqs = new SQSClient(options())
    const queuesOf = (stack: string) => () => resourcesOf(client(), stack, 'AWS::SQS::Queue')
    const [QueueUrl] = await queuesOf('Other')()
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }))
    expect(await messages({ sqs, queueUrls: queuesOf('Deployed') })).toEqual({})
    expect(Object.values(await messages({ sqs, queueUrls: queuesOf('Other') }))).toEqual([1])
    await remove('Other')
    await removeStacks(options())
  })

  test('of the tests go with what an update has left behind', async () => {
    await create('Deployed', [TAG])
    const update = { StackName: 'Deployed', TemplateBody: WITHOUT_KEPT }
    await client().send(new UpdateStackCommand(update))
    expect(await atRest(client(), 'Deployed')).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' })
    expect([(await tables())?.length, (await buckets()).length]).toEqual([1, 1])
    await removeStacks(options())
    expect([await tables(), await buckets()]).toEqual([[], []])
  })

  test('of the tests that are gone keep nothing in the end', async () => {
    await create('Deployed', [TAG])
    await remove('Deployed')
    expect([(await tables())?.length, (await buckets()).length]).toEqual([1, 1])
    expect(await removeStacks(options())).toEqual([])
    await removeKept(options())
    expect([await tables(), await buckets()]).toEqual([[], []])
  })

  test('that a user has named so are refused, and never deleted', async () => {
    await create('MyJobs', [])
    await expect(expectNoStacks(options())).rejects.toThrow(
      'MyJobs in us-east-1, which is not of these tests',
    )
    expect(await removeStacks(options())).toEqual([])
    await remove('MyJobs')
    await removeKept(options())
    expect(await tables()).toHaveLength(1)
  })

  test('keep nothing that is gone already', async () => {
    const table = { TableName: 'other', BillingMode: 'PAY_PER_REQUEST' } as const
    const pk = { AttributeName: 'pk' }
    await new DynamoDBClient(options()).send(
      new CreateTableCommand({
        ...table,
        AttributeDefinitions: [{ ...pk, AttributeType: 'S' }],
        KeySchema: [{ ...pk, KeyType: 'HASH' }],
      }),
    )
    const gone = { tables: ['gone', 'other'], buckets: ['gone-bucket'] }
    await deleteKept(options(), gone)
    expect(await tables()).not.toContain('other')
  })
})

describe('the way back to this machine', () => {
  test('is open', async () => {
    const port = await freePort()
    await expectReaches(`http://127.0.0.1:${port}`, port)
  })

  test('is closed: nobody answers', async () => {
    const [port, closed] = [await freePort(), await freePort()]
    await expect(expectReaches(`http://127.0.0.1:${closed}`, port)).rejects.toThrow('open the tunnel first')
  })

  test('leads to somebody else', async () => {
    const other = createServer((_request, response) => response.end('hello'))
    const url = await onLoopback(other)
    await expect(expectReaches(url, await freePort())).rejects.toThrow('somebody else answers')
    other.close()
  })
})
