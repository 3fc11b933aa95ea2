import { expect, test } from 'vitest'
import { readAssembly } from '../../local/assembly.ts'
import { readStack } from '../../local/resources/stack.ts'
import { type Fixture, getAtt, mapping, queue, ref, rule, table, writeAssembly } from './fixture.ts'

async function read(fixture: Partial<Fixture>) {
  await using assembly = await writeAssembly({ functions: {}, resources: {}, ...fixture })
  return readStack(readAssembly(assembly.dir), 'http://sqs')
}

test('a table: keys, indexes, stream, time to live; nothing about capacity and replicas', async () => {
  const keys = [{ AttributeName: 'pk', KeyType: 'HASH' }]
  const index = { IndexName: 'byDue', KeySchema: keys, Projection: { ProjectionType: 'KEYS_ONLY' } }
  const { tables } = await read({
    resources: {
      Jobs: table({
        GlobalSecondaryIndexes: [{ ...index, WarmThroughput: { ReadUnitsPerSecond: 1 } }],
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        Replicas: [{ Region: ref('AWS::Region') }],
      }),
    },
  })
  expect(tables[0]).toMatchObject({ name: 'Test-Jobs', ttlAttribute: 'expires' })
  expect(tables[0]?.create.GlobalSecondaryIndexes).toEqual([index])
  expect(tables[0]?.create.StreamSpecification).toEqual({
    StreamEnabled: true,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  })
})

test('queues: attributes as text, dead letters by ARN, first in first out by name', async () => {
  const RedrivePolicy = { deadLetterTargetArn: getAtt('Dead'), maxReceiveCount: 3 }
  const { queues } = await read({
    resources: {
      Work: queue({ VisibilityTimeout: 90, DelaySeconds: 5, RedrivePolicy, SqsManagedSseEnabled: true }),
      Dead: queue({ QueueName: 'dead-letters' }),
      Strict: queue({ FifoQueue: true, ContentBasedDeduplication: true }),
    },
  })
  const deadLetterTargetArn = 'arn:aws:sqs:us-east-1:000000000000:dead-letters'
  expect(queues.map(({ name, attributes }) => [name, attributes])).toEqual([
    [
      'Test-Work',
      {
        VisibilityTimeout: '90',
        DelaySeconds: '5',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }),
      },
    ],
    ['dead-letters', {}],
    ['Test-Strict.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' }],
  ])
})

test('a function: code from the assets, environment resolved', async () => {
  const { functions } = await read({
    functions: {
      Worker: {
        code: '',
        environment: { QUEUE: ref('Work'), LEVEL: 1 },
        properties: { Timeout: 30, MemorySize: 256, ReservedConcurrentExecutions: 2 },
      },
    },
    resources: { Work: queue() },
  })
  expect(functions[0]).toMatchObject({
    name: 'Test-Worker',
    timeout_ms: 30_000,
    memory_mb: 256,
    reservedConcurrency: 2,
    environment: { QUEUE: 'http://sqs/000000000000/Test-Work', LEVEL: '1' },
  })
  expect(functions[0]?.code).toEqual({ dir: expect.stringMatching(/asset\.Worker$/) })
})

test('mappings: through an alias, disabled ones not at all', async () => {
  const { mappings } = await read({
    functions: { Worker: { code: '' } },
    resources: {
      Work: queue(),
      Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: ref('Worker'), Name: 'live' } },
      On: mapping('Live', getAtt('Work'), { ScalingConfig: { MaximumConcurrency: 7 } }),
      Off: mapping('Live', getAtt('Work'), { Enabled: false }),
    },
  })
  expect(mappings).toHaveLength(1)
  expect(mappings[0]).toMatchObject({
    kind: 'queue',
    functionId: 'Test-Worker',
    maxConcurrency: 7,
    batchSize: 10,
  })
})

test('rules: rates have a period, crons only fire by hand', async () => {
  const { rules } = await read({
    resources: {
      Often: rule({ ScheduleExpression: 'rate(1 minute)' }),
      Daily: rule({ ScheduleExpression: 'cron(0 12 * * ? *)' }),
      Off: rule({ ScheduleExpression: 'rate(2 hours)', State: 'DISABLED' }),
    },
  })
  expect(rules.map(({ period_ms, enabled }) => [period_ms, enabled])).toEqual([
    [60_000, true],
    [undefined, true],
    [7_200_000, false],
  ])
})

test('what does not matter locally is skipped, but can be named', async () => {
  const { outputs, resources } = await read({
    resources: { Role: { Type: 'AWS::IAM::Role', Properties: {} } },
    outputs: { Role: getAtt('Role'), Account: ref('AWS::AccountId') },
  })
  expect(outputs).toEqual({ Role: 'arn:aws:iam:us-east-1:000000000000:Role', Account: '000000000000' })
  expect(resources).toEqual({})
})

test.each<[string, Partial<Fixture>, string]>([
  [
    'a type it cannot run',
    { resources: { Flow: { Type: 'AWS::StepFunctions::StateMachine', Properties: {} } } },
    'AWS::StepFunctions::StateMachine (Flow)',
  ],
  [
    'a runtime it cannot run',
    { functions: { Snake: { code: '', properties: { Runtime: 'python3.14' } } } },
    'python3.14',
  ],
  [
    'a pattern that could never work',
    { resources: { R: rule({ EventPattern: { a: [{ like: 1 }] } }) } },
    'R: ',
  ],
  ['a name that is not there', { outputs: { X: ref('Nowhere') } }, 'Cannot resolve Ref of "Nowhere"'],
])('refuses %s', async (_, fixture, message) => {
  await expect(read(fixture)).rejects.toThrow(message)
})
