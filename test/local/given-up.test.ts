/** When a stream's mapping gives a record up, and where it says so. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { parseMapping } from '../../local/resources/mappings.ts'
import { getAtt, mapping, queue, table, writeAssembly } from './fixture.ts'

const stream = (properties: object) =>
  parseMapping({
    EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Items/stream/local',
    FunctionName: 'OnStream',
    ...properties,
  })

test('−1, or nothing, means as long as the stream has the record', () => {
  const unlimited = { maxRetries: Number.POSITIVE_INFINITY, maxAge_ms: Number.POSITIVE_INFINITY }
  expect(stream({ MaximumRetryAttempts: -1, MaximumRecordAgeInSeconds: -1 })).toMatchObject(unlimited)
  expect(stream({})).toMatchObject(unlimited)
  expect(stream({ MaximumRetryAttempts: 0, MaximumRecordAgeInSeconds: 60 })).toMatchObject({
    maxRetries: 0,
    maxAge_ms: 60_000,
  })
})

/** Fails whatever is called `bad…`, with the whole batch. */
const FAILS = `
export const handler = async ({ Records }) => {
  if (Records.some(({ dynamodb }) => dynamodb.Keys.pk.S.startsWith('bad'))) throw new Error('on purpose')
}`

test('a record is tried until it is too old, then it is named at the destination, and what is behind it goes on', async () => {
  const limits = { StartingPosition: 'TRIM_HORIZON', BatchSize: 1 }
  const destination = (id: string) => ({ DestinationConfig: { OnFailure: { Destination: getAtt(id) } } })
  await using assembly = await writeAssembly({
    functions: { Ages: { code: FAILS }, Counts: { code: FAILS }, Goes: { code: FAILS } },
    resources: {
      Items: table(),
      TooOld: queue(),
      TooOften: queue(),
      ByAge: mapping('Ages', getAtt('Items', 'StreamArn'), {
        ...limits,
        MaximumRecordAgeInSeconds: 2,
        MaximumRetryAttempts: -1,
        ...destination('TooOld'),
      }),
      ByCount: mapping('Counts', getAtt('Items', 'StreamArn'), {
        ...limits,
        MaximumRecordAgeInSeconds: -1,
        MaximumRetryAttempts: 3,
        ...destination('TooOften'),
      }),
      Unlimited: mapping('Goes', getAtt('Items', 'StreamArn'), limits),
    },
  })
  await using cloud = await startCloud({ assembly: assembly.dir, drain_ms: 0 })
  const { region, credentials, endpoints, resources } = cloud
  const dynamodb = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb })
  const sqs = new SQSClient({ region, credentials, endpoint: endpoints.sqs })
  const tries = { Ages: 0, Counts: 0, Goes: 0 }
  const isGood = (payload: string) => payload.includes('"good"')
  cloud.on('invocation', ({ logicalId, payload }) => {
    if (!isGood(payload)) tries[logicalId as keyof typeof tries]++
  })
  const wentOn = (id: string) =>
    cloud.next('invocation', ({ logicalId, payload }) => logicalId === id && isGood(payload))
  // Without limits it is tried on and on.
  const triedOn = cloud.next('invocation', () => tries.Goes > 4)
  const behind = Promise.all([wentOn('Ages'), wentOn('Counts'), triedOn])
  for (const S of ['bad', 'good'])
    await dynamodb.send(new PutItemCommand({ TableName: resources['Items']?.name, Item: { pk: { S } } }))

  const named = async (id: string) => {
    for (;;) {
      const command = new ReceiveMessageCommand({ QueueUrl: resources[id]?.url, WaitTimeSeconds: 10 })
      const [message] = (await sqs.send(command)).Messages ?? []
      if (message) return JSON.parse(message.Body ?? '')
    }
  }
  const [tooOld, tooOften] = await Promise.all([named('TooOld'), named('TooOften'), behind])
  expect(tooOld.requestContext).toMatchObject({
    condition: 'RecordAgeExceeded',
    approximateInvokeCount: tries.Ages,
  })
  expect(tooOften.requestContext).toMatchObject({
    condition: 'RetryAttemptsExhausted',
    approximateInvokeCount: 4,
  })
  expect(tries.Counts).toBe(4)
})
