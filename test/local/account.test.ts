/** The account's limit of simultaneous invocations: who finds no place is throttled, and all goes on. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Cloud, type Invocation, startCloud } from '../../local/cloud.ts'
import { type Fixture, getAtt, mapping, queue, rule, table, writeAssembly } from './fixture.ts'

const SLOW = { code: 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 20))' }
const SLEEPS = { code: 'export const handler = () => new Promise(() => {})', properties: { Timeout: 100 } }

const sqsOf = ({ region, credentials, endpoints }: Cloud) =>
  new SQSClient({ region, credentials, endpoint: endpoints.sqs })

async function start(
  fixture: Partial<Fixture>,
  concurrency: number,
  notice: (text: string) => void = () => {},
) {
  const assembly = await writeAssembly({ functions: {}, resources: {}, ...fixture })
  onTestFinished(() => assembly[Symbol.asyncDispose]())
  return await startCloud({ assembly: assembly.dir, concurrency, notice, drain_ms: 0 })
}

/** Watches how many invocations there are, all functions together. */
function watch(cloud: Cloud) {
  const seen = { running: 0, highest: 0 }
  cloud.on('start', () => {
    seen.highest = Math.max(seen.highest, ++seen.running)
  })
  cloud.on('invocation', () => void seen.running--)
  return seen
}

const receives = ({ payload }: Invocation): { body: string; count: number }[] =>
  JSON.parse(payload).Records.map(
    (record: { body: string; attributes: { ApproximateReceiveCount: string } }) => ({
      body: record.body,
      count: Number(record.attributes.ApproximateReceiveCount),
    }),
  )

test('with few places everything still gets its turn', async () => {
  const jobs = Array.from({ length: 10 }, (_, i) => String(i))
  await using cloud = await start(
    {
      functions: { OnStream: SLOW, OnQueue: SLOW, OnTick: SLOW },
      resources: {
        Items: table(),
        Work: queue({ VisibilityTimeout: 1 }),
        StreamMapping: mapping('OnStream', getAtt('Items', 'StreamArn'), {
          StartingPosition: 'TRIM_HORIZON',
          BatchSize: 1,
          ParallelizationFactor: 10,
          MaximumRetryAttempts: 0,
        }),
        QueueMapping: mapping('OnQueue', getAtt('Work'), { BatchSize: 1 }),
        Tick: rule({ ScheduleExpression: 'rate(1 hour)', Targets: [{ Id: 'a', Arn: getAtt('OnTick') }] }),
      },
    },
    2,
  )
  const seen = watch(cloud)
  const done = new Set<string>()
  const all = Promise.withResolvers<void>()
  cloud.on('invocation', ({ logicalId, payload }) => {
    const [record] = JSON.parse(payload).Records ?? []
    done.add(`${logicalId} ${record?.body ?? record?.dynamodb.Keys.pk.S ?? ''}`)
    if (done.size === 2 * jobs.length + 1) all.resolve()
  })
  const dynamodb = new DynamoDBClient({ ...cloud, endpoint: cloud.endpoints.dynamodb })
  const TableName = cloud.resources['Items']?.name
  const Entries = jobs.map((Id) => ({ Id, MessageBody: Id }))
  await sqsOf(cloud).send(new SendMessageBatchCommand({ QueueUrl: cloud.resources['Work']?.url, Entries }))
  for (const S of jobs) await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S } } }))
  await cloud.fire('Tick')
  await all.promise
  expect(seen.highest).toBe(2)
})

describe('a queue’s message', () => {
  const fixture = (properties: object, functionProperties = {}) => ({
    functions: { Sleeper: SLEEPS, OnQueue: { ...SLOW, properties: functionProperties } },
    resources: {
      Work: queue({ VisibilityTimeout: 1 }),
      Mapping: mapping('OnQueue', getAtt('Work'), { BatchSize: 1, ...properties }),
    },
  })
  const send = (cloud: Cloud, count: number) => {
    const Entries = Array.from({ length: count }, (_, i) => ({ Id: String(i), MessageBody: String(i) }))
    return sqsOf(cloud).send(new SendMessageBatchCommand({ QueueUrl: cloud.resources['Work']?.url, Entries }))
  }
  const handled = (cloud: Cloud) => cloud.next('invocation', ({ logicalId }) => logicalId === 'OnQueue')

  test('that finds no place has been received, and comes back after its visibility timeout', async () => {
    const throttled = Promise.withResolvers<string>()
    await using cloud = await start(fixture({}), 1, (text) => throttled.resolve(text))
    const asleep = cloud.next('start')
    const sleeping = cloud.invoke('Sleeper', {})
    await asleep
    await send(cloud, 1)
    expect(await throttled.promise).toContain('was throttled')
    await expect(cloud.invoke('Sleeper', {})).rejects.toThrow('TooManyRequestsException')
    const again = handled(cloud)
    cloud.kill('Sleeper')
    await expect(sleeping).rejects.toThrow('killed')
    expect(receives(await again)[0]?.count).toBeGreaterThan(1)
  })

  test('is not received in vain when its mapping keeps below the limit', async () => {
    await using cloud = await start(fixture({ ScalingConfig: { MaximumConcurrency: 2 } }), 2)
    const counts: number[] = []
    const all = Promise.withResolvers<void>()
    cloud.on('invocation', (invocation) => {
      counts.push(...receives(invocation).map(({ count }) => count))
      if (counts.length === 10) all.resolve()
    })
    await send(cloud, 10)
    await all.promise
    expect(counts).toEqual(Array(10).fill(1))
  })

  test('has a place that its function has reserved', async () => {
    await using cloud = await start(fixture({}, { ReservedConcurrentExecutions: 1 }), 2)
    const asleep = cloud.next('start')
    const sleeping = cloud.invoke('Sleeper', {}).catch(() => {})
    await asleep
    const done = handled(cloud)
    await sqsOf(cloud).send(
      new SendMessageCommand({ QueueUrl: cloud.resources['Work']?.url, MessageBody: 'x' }),
    )
    expect(receives(await done)).toEqual([{ body: 'x', count: 1 }])
    cloud.kill('Sleeper')
    await sleeping
  })

  test('nobody can reserve all that there is', async () => {
    await expect(start(fixture({}, { ReservedConcurrentExecutions: 2 }), 2)).rejects.toThrow('reserve, 2')
  })
})
