import { Duration } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import { asList, find, nameOf, one, synth } from './synth.ts'

const QUEUE = 'AWS::SQS::Queue'
const FOURTEEN_DAYS_S = 14 * 86_400
const template = synth()
const properties = (name: string) => one(template, QUEUE, name).Properties
const names = find(template, QUEUE).map(({ id }) => nameOf({ Ref: id }))
const inboxes = ['WorkQueue', 'WakeQueue', 'IngestQueue']
const failures = ['WorkDeadLetters', 'WakeDeadLetters', 'IngestDeadLetters', 'StreamFailures']

test('there is an inbox for each function and a place for the failures of each source', () => {
  expect(names.toSorted()).toEqual([...inboxes, ...failures].toSorted())
})

describe.each(names)('%s', (name) => {
  test('is encrypted and keeps messages as long as SQS can', () => {
    expect(properties(name)).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: FOURTEEN_DAYS_S,
    })
  })

  test('refuses whoever comes without TLS', () => {
    const policies = find(template, 'AWS::SQS::QueuePolicy').filter(({ Properties }) =>
      asList(Properties['Queues']).some((queue) => nameOf(queue) === name),
    )
    expect(policies).toHaveLength(1)
    expect(policies[0]?.Properties['PolicyDocument']).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    })
  })
})

test.each([
  ['Work', 330, 5],
  ['Wake', 60, 100],
  ['Ingest', 180, 500],
])('%s: visible again after %i s, dead after %i attempts', (name, VisibilityTimeout, maxReceiveCount) => {
  const queue = properties(`${name}Queue`)
  expect(queue).toMatchObject({ VisibilityTimeout, RedrivePolicy: { maxReceiveCount } })
  const { deadLetterTargetArn } = queue['RedrivePolicy'] as Record<string, unknown>
  expect(nameOf(deadLetterTargetArn)).toBe(`${name}DeadLetters.Arn`)
})

test('a job is not delivered again before its run is over for certain', () => {
  const slow = synth({ workerOptions: { timeout: Duration.minutes(15) } })
  expect(one(slow, QUEUE, 'WorkQueue').Properties['VisibilityTimeout']).toBe(15 * 60 + 30)
})

test.each(failures)('the first message in %s raises an alarm', (name) => {
  const alarms = find(template, 'AWS::CloudWatch::Alarm').filter(({ Properties }) =>
    asList(Properties['Dimensions'] ?? []).some((dimension) => {
      const { Name, Value } = dimension as Record<string, unknown>
      return Name === 'QueueName' && nameOf(Value) === `${name}.QueueName`
    }),
  )
  expect(alarms.map(({ Properties }) => Properties)).toMatchObject([
    {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    },
  ])
})
