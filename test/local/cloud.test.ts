import { DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { type Message, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cloud, type Invocation, startCloud } from '../../local/cloud.ts'
import { getAtt, mapping, queue, ref, rule, table, writeAssembly } from './fixture.ts'
import { QUEUE, STREAM, WILD } from './handlers.ts'

let cloud: Cloud
let dynamodb: DynamoDBClient
let sqs: SQSClient
let events: EventBridgeClient
let assembly: Awaited<ReturnType<typeof writeAssembly>>

beforeAll(async () => {
  assembly = await writeAssembly({
    functions: {
      OnStream: { code: STREAM },
      OnQueue: { code: QUEUE },
      OnTick: { code: 'export const handler = async (event) => event' },
      Wild: { code: WILD, environment: { TABLE: ref('Items') }, properties: { Timeout: 1 } },
    },
    resources: {
      Items: table(),
      Work: queue({
        VisibilityTimeout: 1,
        RedrivePolicy: { deadLetterTargetArn: getAtt('Dead'), maxReceiveCount: 2 },
      }),
      Dead: queue(),
      GivenUp: queue(),
      Inbox: queue(),
      Orders: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders' } },
      StreamMapping: mapping('OnStream', getAtt('Items', 'StreamArn'), {
        StartingPosition: 'LATEST',
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: getAtt('GivenUp') } },
        FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ eventName: ['INSERT'] }) }] },
      }),
      QueueMapping: mapping('OnQueue', getAtt('Work'), {
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      }),
      Tick: rule({
        ScheduleExpression: 'rate(1 hour)',
        Targets: [{ Id: 'a', Arn: getAtt('OnTick'), Input: '{"tick":true}' }],
      }),
      Placed: rule({
        EventBusName: ref('Orders'),
        EventPattern: { detail: { total: [{ numeric: ['>', 10] }] } },
        Targets: [
          { Id: 'a', Arn: getAtt('Inbox') },
          {
            Id: 'b',
            Arn: getAtt('Inbox'),
            InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"order":<id>}' },
          },
        ],
      }),
    },
    outputs: { TableName: ref('Items'), QueueUrl: ref('Work') },
  })
  cloud = await startCloud({ assembly: assembly.dir, notice: () => {} })
  const { region, credentials, endpoints } = cloud
  dynamodb = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb })
  sqs = new SQSClient({ region, credentials, endpoint: endpoints.sqs })
  events = new EventBridgeClient({ region, credentials, endpoint: endpoints.events })
}, 30_000)

afterAll(async () => {
  await cloud?.stop()
  await assembly?.[Symbol.asyncDispose]()
})

const url = (id: string) => cloud.resources[id]?.url ?? ''
const name = (id: string) => cloud.resources[id]?.name ?? ''
const put = (pk: string, more = {}) =>
  dynamodb.send(new PutItemCommand({ TableName: name('Items'), Item: { pk: { S: pk }, ...more } }))
const send = (body: string) => sqs.send(new SendMessageCommand({ QueueUrl: url('Work'), MessageBody: body }))

/** Long-polls until there is a message. */
async function receive(id: string): Promise<Message> {
  for (;;) {
    const command = new ReceiveMessageCommand({ QueueUrl: url(id), WaitTimeSeconds: 10 })
    const [message] = (await sqs.send(command)).Messages ?? []
    if (message) return message
  }
}

const keysOf = ({ payload }: Invocation): string[] =>
  JSON.parse(payload).Records.map(
    (record: { dynamodb: { Keys: { pk: { S: string } } } }) => record.dynamodb.Keys.pk.S,
  )
const bodiesOf = ({ payload }: Invocation): string[] =>
  JSON.parse(payload).Records.map((record: { body: string }) => record.body)
const by = (id: string, test: (invocation: Invocation) => boolean) => (invocation: Invocation) =>
  invocation.logicalId === id && test(invocation)

test('resolves names and outputs', () => {
  expect(cloud.outputs).toEqual({ TableName: 'Test-Items', QueueUrl: url('Work') })
  expect(cloud.resources['Work']?.arn).toBe('arn:aws:sqs:us-east-1:000000000000:Test-Work')
})

describe('a stream mapping', () => {
  test('sends only what its filter wants', async () => {
    const second = cloud.next(
      'invocation',
      by('OnStream', (it) => keysOf(it).includes('second')),
    )
    await put('first')
    await put('first', { changed: { BOOL: true } })
    await put('second')
    const { Records } = JSON.parse((await second).payload)
    expect(Records.every((record: { eventName: string }) => record.eventName === 'INSERT')).toBe(true)
    expect(Records[0].eventSourceARN).toBe(
      'arn:aws:dynamodb:us-east-1:000000000000:table/Test-Items/stream/local',
    )
  })

  test('goes on behind a poisoned record and tells where that was', async () => {
    const after = cloud.next(
      'invocation',
      by('OnStream', (it) => keysOf(it).at(-1) === 'after' && succeeded(it)),
    )
    await put('before')
    await put('poisoned', { poison: { BOOL: true } })
    await put('after')
    await after
    const { requestContext, DDBStreamBatchInfo } = JSON.parse((await receive('GivenUp')).Body ?? '')
    expect(requestContext).toMatchObject({ condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 })
    expect(DDBStreamBatchInfo).toMatchObject({ batchSize: 1 })
  })

  test('continues where it was when the engine is killed', async () => {
    const seen: string[] = []
    const off = cloud.on('invocation', (it) => it.logicalId === 'OnStream' && seen.push(...keysOf(it)))
    await put('r0')
    await cloud.restart('dynamodb')
    const last = cloud.next(
      'invocation',
      by('OnStream', (it) => keysOf(it).includes('r2')),
    )
    await put('r1')
    await put('r2')
    await last
    off()
    expect(seen.filter((key) => /^r\d$/.test(key))).toEqual(['r0', 'r1', 'r2'])
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: name('Items'), Key: { pk: { S: 'r0' } } }),
    )
    expect(Item).toBeDefined()
  })
})

/** Whether nothing of the batch was reported as failed. */
function succeeded({ outcome }: Invocation): boolean {
  return outcome.kind === 'success' && JSON.parse(outcome.payload ?? '{}').batchItemFailures?.length === 0
}

describe('a queue mapping', () => {
  test('deletes what succeeded and redrives what fails', async () => {
    const attempts: string[] = []
    const off = cloud.on('invocation', (it) => it.logicalId === 'OnQueue' && attempts.push(...bodiesOf(it)))
    await send('good')
    await send('bad')
    const { Body } = await receive('Dead')
    off()
    expect(Body).toBe('bad')
    expect(attempts.filter((body) => body === 'bad')).toHaveLength(2)
    expect(attempts.filter((body) => body === 'good')).toHaveLength(1)
  })

  test('has its queues again, under the same URL, when the engine is killed', async () => {
    await cloud.restart('sqs')
    const arrived = cloud.next(
      'invocation',
      by('OnQueue', (it) => bodiesOf(it).includes('again')),
    )
    await send('again')
    await arrived
  })
})

describe('an environment', () => {
  test('is reused, and knows its function', async () => {
    await cloud.invoke('Wild', {})
    const second = await cloud.invoke('Wild', {})
    expect(second).toMatchObject({ calls: 2, name: 'Test-Wild', table: 'Test-Items' })
  })

  test('talks to the engines with nothing but the SDK', async () => {
    await cloud.invoke('Wild', { do: 'put', pk: 'from lambda' })
    const { Items } = await dynamodb.send(new ScanCommand({ TableName: name('Items') }))
    expect(Items?.map((item) => item['pk']?.S)).toContain('from lambda')
  })

  test.each([
    ['throw', 'TypeError: on purpose'],
    ['exit', 'The runtime exited with code 1'],
    ['reject', 'nobody catches this'],
    ['spin', 'Task timed out after 1.00 seconds'],
  ])('%s fails the invocation', async (what, message) => {
    await expect(cloud.invoke('Wild', { do: what })).rejects.toThrow(message)
  })

  test('is stopped when its time is up, not before', async () => {
    const ended = cloud.next(
      'invocation',
      by('Wild', () => true),
    )
    await expect(cloud.invoke('Wild', { do: 'sleep', ms: 60_000 })).rejects.toThrow('timed out')
    const { duration_ms } = await ended
    expect(duration_ms).toBeGreaterThanOrEqual(990)
    expect(duration_ms).toBeLessThan(60_000)
  })

  test('can be killed while it works', async () => {
    expect(cloud.kill('Wild')).toBe(false)
    const started = cloud.next('start', ({ logicalId }) => logicalId === 'Wild')
    const invocation = cloud.invoke('Wild', { do: 'sleep', ms: 60_000 })
    await started
    expect(cloud.kill('Wild')).toBe(true)
    await expect(invocation).rejects.toThrow('killed')
  })
})

describe('rules', () => {
  test('fire on demand, with the constant input', async () => {
    const ticked = cloud.next(
      'invocation',
      by('OnTick', () => true),
    )
    await cloud.fire('Tick')
    expect(JSON.parse((await ticked).payload)).toEqual({ tick: true })
  })

  test('route events to queues, whole and transformed', async () => {
    const entry = { EventBusName: 'orders', Source: 'shop', DetailType: 'placed' }
    const Entries = [
      { ...entry, Detail: JSON.stringify({ id: 'a', total: 5 }) },
      { ...entry, Detail: JSON.stringify({ id: 'b', total: 50 }) },
      { ...entry, Detail: 'not json' },
    ]
    const reply = await events.send(new PutEventsCommand({ Entries }))
    expect(reply.FailedEntryCount).toBe(1)
    expect(reply.Entries?.[2]?.ErrorCode).toBe('MalformedDetail')
    const bodies = [await receive('Inbox'), await receive('Inbox')].map(({ Body }) => JSON.parse(Body ?? ''))
    expect(bodies).toContainEqual({ order: 'b' })
    expect(bodies).toContainEqual(
      expect.objectContaining({ source: 'shop', 'detail-type': 'placed', detail: { id: 'b', total: 50 } }),
    )
  })

  test('deliver an accepted event even when the queue is away for a moment', async () => {
    const restarted = cloud.restart('sqs')
    const Detail = JSON.stringify({ id: 'c', total: 50 })
    await events.send(
      new PutEventsCommand({ Entries: [{ EventBusName: 'orders', Source: 's', DetailType: 't', Detail }] }),
    )
    await restarted
    expect((await receive('Inbox')).Body).toContain('"c"')
  })

  test('deliver every character that JSON may hold', async () => {
    const id = 'ä€ \u2028 😀 \uffff \u0000 "quoted"'
    const Detail = JSON.stringify({ id, total: 50 })
    const entry = { EventBusName: 'orders', Source: 's', DetailType: 't', Detail }
    await events.send(new PutEventsCommand({ Entries: [entry] }))
    const got: { order?: string; detail?: { id: string } }[] = []
    const isOurs = ({ detail }: (typeof got)[number]) => detail?.id === id
    while (!got.some(({ order }) => order === id) || !got.some(isOurs))
      got.push(JSON.parse((await receive('Inbox')).Body ?? ''))
    expect(got.find(isOurs)?.detail).toEqual({ id, total: 50 })
  })

  test('refuses more than ten entries in one request', async () => {
    const Entries = Array.from({ length: 11 }, () => ({ Source: 's', DetailType: 't', Detail: '{}' }))
    await expect(events.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({
      name: 'ValidationException',
    })
  })
})
