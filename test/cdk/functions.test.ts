import { Duration } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2'
import { Architecture, RecursiveLoop } from 'aws-cdk-lib/aws-lambda'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { describe, expect, test } from 'vitest'
import { find, nameOf, newSluice, newStack, one, synth } from './synth.ts'

const FUNCTION = 'AWS::Lambda::Function'
const template = synth()
const functions = find(template, FUNCTION)
const properties = (name: string, from = template) => one(from, FUNCTION, name).Properties
const environmentOf = (name: string) =>
  Object.entries((properties(name)['Environment'] as { Variables: Record<string, unknown> }).Variables)
    .map(([key, value]) => `${key}=${nameOf(value)}`)
    .toSorted()

describe('every function', () => {
  test('there are four', () => {
    expect(functions.map(({ id }) => nameOf({ Ref: id }))).toEqual(['Dispatcher', 'Tick', 'Ingest', 'Worker'])
  })

  test.each(functions)(
    '$id runs on Node 24 and arm64 and logs JSON to a group of its own',
    ({ Properties }) => {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
      })
      const group = (Properties['LoggingConfig'] as { LogGroup: { Ref: string } }).LogGroup.Ref
      expect(one(template, 'AWS::Logs::LogGroup', group.slice('Jobs'.length)).Properties).toEqual({
        RetentionInDays: 30,
      })
    },
  )

  test('logs are kept as long as the user says', () => {
    for (const group of find(synth({ logRetention: RetentionDays.ONE_WEEK }), 'AWS::Logs::LogGroup'))
      expect(group.Properties).toEqual({ RetentionInDays: 7 })
  })
})

describe('the environment holds the names that a function needs, and no others', () => {
  const all = [
    'SLUICE_HISTORY_TABLE=HistoryTable',
    'SLUICE_JOBS_TABLE=JobsTable',
    'SLUICE_SCHEDULES_TABLE=SchedulesTable',
    'SLUICE_STATE_TABLE=StateTable',
    'SLUICE_WAKE_QUEUE_URL=WakeQueue',
    'SLUICE_WORK_QUEUE_URL=WorkQueue',
  ]
  const PAYLOADS = 'SLUICE_PAYLOADS_BUCKET=PayloadsBucket'
  test.each([
    ['Dispatcher', all],
    ['Worker', [...all, PAYLOADS].toSorted()],
    [
      'Tick',
      [
        'SLUICE_HISTORY_TABLE=HistoryTable',
        'SLUICE_JOBS_TABLE=JobsTable',
        'SLUICE_SCHEDULES_TABLE=SchedulesTable',
        'SLUICE_STATE_TABLE=StateTable',
        'SLUICE_WAKE_QUEUE_URL=WakeQueue',
      ],
    ],
    [
      'Ingest',
      [
        'SLUICE_HISTORY_TABLE=HistoryTable',
        'SLUICE_JOBS_TABLE=JobsTable',
        PAYLOADS,
        'SLUICE_STATE_TABLE=StateTable',
      ],
    ],
  ])('%s', (name, expected) => {
    expect(environmentOf(name)).toEqual(expected)
  })
})

describe('Lambda’s recursive loop detection, which would end long backlogs after 16 links, is off', () => {
  test.each(functions)('for $id', ({ Properties }) => {
    expect(Properties).toMatchObject({ RecursiveLoop: 'Allow' })
  })

  test('and workerOptions cannot turn it on', () => {
    const options = { memorySize: 512, recursiveLoop: RecursiveLoop.TERMINATE }
    expect(() => synth({ workerOptions: options })).toThrow(/workerOptions.recursiveLoop: there is no such/)
  })
})

describe('room is reserved for the dispatcher and the tick', () => {
  const reservedIn = (template: Template) =>
    ['Dispatcher', 'Tick', 'Ingest', 'Worker'].map(
      (name) => properties(name, template)['ReservedConcurrentExecutions'],
    )
  test('if the account’s quota is known and large enough', () => {
    expect(reservedIn(synth({ accountConcurrency: 1000 }))).toEqual([180, 6, undefined, undefined])
  })
  test.each([[{}], [{ accountConcurrency: 10 }]])('and else not: %o', (props) => {
    expect(reservedIn(synth(props))).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('workerOptions', () => {
  test('are the function’s', () => {
    const options = {
      memorySize: 2048,
      timeout: Duration.minutes(10),
      environment: { TOKEN: 'x' },
      architecture: Architecture.X86_64,
    }
    expect(properties('Worker', synth({ workerOptions: options }))).toMatchObject({
      MemorySize: 2048,
      Timeout: 600,
      Architectures: ['x86_64'],
      Environment: { Variables: { TOKEN: 'x', SLUICE_JOBS_TABLE: expect.anything() } },
    })
  })

  test('leave the other functions alone', () => {
    expect(properties('Dispatcher', synth({ workerOptions: { memorySize: 2048 } }))).toMatchObject({
      MemorySize: 1024,
    })
  })

  test('may put the worker into a VPC', () => {
    const stack = newStack()
    newSluice(stack, { workerOptions: { vpc: new Vpc(stack, 'Vpc') as IVpc } })
    const template = Template.fromStack(stack)
    expect(properties('Worker', template)).toHaveProperty('VpcConfig')
    const role = one(template, 'AWS::IAM::Role', 'WorkerRole')
    expect(JSON.stringify(role.Properties)).toContain('AWSLambdaVPCAccessExecutionRole')
  })
})

test('users attach their own actions to the alarms', () => {
  const template = synth({}, ({ alarms }, stack) => {
    const topic = new Topic(stack, 'Topic')
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic))
  })
  const alarms = find(template, 'AWS::CloudWatch::Alarm')
  expect(alarms).toHaveLength(26)
  for (const { Properties } of alarms) expect(Properties['AlarmActions']).toHaveLength(1)
})
