import type { Template } from 'aws-cdk-lib/assertions'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { describe, expect, test } from 'vitest'
import type { Sluice } from '../../cdk/index.ts'
import { asList, find, nameOf, one, synth } from './synth.ts'

const template = synth()

interface Statement {
  readonly Effect: string
  readonly Action: unknown
  readonly Resource: unknown
}

/** `{ 'JobsTable.Arn': ['dynamodb:PutItem'] }` */
function rightsOf(role: string, from: Template = template): Record<string, string[]> {
  const rights: Record<string, Set<string>> = {}
  for (const { Action, Resource } of statementsOf(one(from, 'AWS::IAM::Policy', role).Properties))
    for (const resource of asList(Resource).map(nameOf)) {
      rights[resource] ??= new Set()
      for (const action of asList(Action)) rights[resource].add(String(action))
    }
  return Object.fromEntries(
    Object.entries(rights).map(([resource, actions]) => [resource, [...actions].toSorted()]),
  )
}

const statementsOf = (properties: Readonly<Record<string, unknown>>) =>
  (properties['PolicyDocument'] as { Statement: Statement[] }).Statement

const CONSUME = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
]
const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents']
const PUT_PAYLOADS = {
  'PayloadsBucket.Arn/90d/*': ['s3:PutObject'],
  'PayloadsBucket.Arn/400d/*': ['s3:PutObject'],
}
/** Who may not list the bucket is not told that an object is missing. */
const READ_PAYLOADS = {
  'PayloadsBucket.Arn/90d/*': ['s3:GetObject', 's3:PutObject'],
  'PayloadsBucket.Arn/400d/*': ['s3:GetObject', 's3:PutObject'],
  'PayloadsBucket.Arn': ['s3:ListBucket'],
}
const SCHEDULE = {
  'JobsTable.Arn': ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
  'StateTable.Arn': ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  'HistoryTable.Arn': ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
}
const FOLLOW = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
]
const ALL_OF_SCHEDULES = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan']
const DUE_SCHEDULES = { 'SchedulesTable.Arn/index/due': ['dynamodb:Query'] }
const REPLACE = {
  'JobsTable.Arn': [
    'dynamodb:ConditionCheckItem',
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
  ],
  'StateTable.Arn': ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  'HistoryTable.Arn': [
    'dynamodb:ConditionCheckItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
  ],
}

describe('each function may do what it needs, and nothing else', () => {
  test('dispatcher', () => {
    expect(rightsOf('DispatcherRole')).toEqual({
      ...SCHEDULE,
      'JobsTable.Arn': ['dynamodb:ConditionCheckItem', ...SCHEDULE['JobsTable.Arn']],
      'HistoryTable.Arn': [...SCHEDULE['HistoryTable.Arn'], 'dynamodb:Query'].toSorted(),
      'SchedulesTable.Arn': [
        'dynamodb:BatchGetItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
      ],
      ...DUE_SCHEDULES,
      'DispatcherLogs.Arn': LOG,
      'JobsTable.StreamArn': FOLLOW,
      'SchedulesTable.StreamArn': FOLLOW,
      'WorkQueue.Arn': ['sqs:SendMessage'],
      'WakeQueue.Arn': [...CONSUME, 'sqs:SendMessage'],
      'StreamFailures.Arn': ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
    })
  })

  test('worker', () => {
    expect(rightsOf('WorkerRole')).toEqual({
      ...SCHEDULE,
      'SchedulesTable.Arn': ['dynamodb:DeleteItem', 'dynamodb:GetItem'],
      'WorkerLogs.Arn': LOG,
      'WorkQueue.Arn': [...CONSUME, 'sqs:SendMessage'],
      'WakeQueue.Arn': ['sqs:SendMessage'],
      ...READ_PAYLOADS,
    })
  })

  test('tick', () => {
    expect(rightsOf('TickRole')).toEqual({
      'StateTable.Arn/index/due': ['dynamodb:Query'],
      'StateTable.Arn': [
        'dynamodb:BatchGetItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Scan',
        'dynamodb:UpdateItem',
      ],
      'JobsTable.Arn': ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Scan'],
      'HistoryTable.Arn': ['dynamodb:Query', 'dynamodb:UpdateItem'],
      'SchedulesTable.Arn': ALL_OF_SCHEDULES,
      ...DUE_SCHEDULES,
      'WakeQueue.Arn': ['sqs:SendMessage'],
      'TickLogs.Arn': LOG,
    })
  })

  test('ingest', () => {
    expect(rightsOf('IngestRole')).toEqual({
      ...REPLACE,
      'HistoryTable.Arn': ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
      ...PUT_PAYLOADS,
      'IngestQueue.Arn': CONSUME,
      'IngestLogs.Arn': LOG,
    })
  })
})

test('no policy allows a wildcard, but for the names of payloads', () => {
  const policies = ['AWS::IAM::Policy', 'AWS::SQS::QueuePolicy'].flatMap((type) => find(template, type))
  const allowed = policies
    .flatMap(({ Properties }) => statementsOf(Properties))
    .filter(({ Effect }) => Effect === 'Allow')
  expect(allowed.length).toBeGreaterThan(20)
  for (const statement of allowed) {
    const resources = asList(statement.Resource).map(nameOf)
    const others = resources.filter((resource) => !Object.hasOwn(PUT_PAYLOADS, resource))
    expect(JSON.stringify([statement.Action, others])).not.toContain('*')
  }
})

test('no role has a managed policy, and only Lambda takes one', () => {
  const roles = find(template, 'AWS::IAM::Role')
  expect(roles).toHaveLength(4)
  for (const { Properties } of roles) {
    expect(Object.keys(Properties)).toEqual(['AssumeRolePolicyDocument'])
    expect(JSON.stringify(Properties)).toContain('"Principal":{"Service":"lambda.amazonaws.com"}')
  }
})

test('only EventBridge’s rules of this stack may send to the ingest queue', () => {
  const sends = find(template, 'AWS::SQS::QueuePolicy', 'IngestQueue')
    .flatMap(({ Properties }) => statementsOf(Properties))
    .filter(({ Effect }) => Effect === 'Allow')
  expect(sends).toMatchObject([
    {
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': expect.anything() } },
    },
  ])
})

describe('a caller who is granted', () => {
  const rightsAfter = (grant: (sluice: Sluice, role: Role) => void) => {
    const template = synth({}, (sluice, stack) =>
      grant(sluice, new Role(stack, 'JobsApi', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })),
    )
    return rightsOf('Api', template)
  }

  test('enqueue may write jobs, receipts and the numbers of jobs, and read no job', () => {
    expect(rightsAfter((sluice, role) => sluice.grantEnqueue(role))).toEqual({
      'JobsTable.Arn': ['dynamodb:BatchWriteItem', 'dynamodb:ConditionCheckItem', 'dynamodb:PutItem'],
      'HistoryTable.Arn': [
        'dynamodb:ConditionCheckItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      ...PUT_PAYLOADS,
    })
  })

  test('replace may look at a job that waits, and put another in its place', () => {
    expect(rightsAfter((sluice, role) => sluice.grantReplace(role))).toEqual(REPLACE)
  })

  test('schedule may do so with all of them, take jobs back that were put ahead, and have one fired that is due soon', () => {
    expect(rightsAfter((sluice, role) => sluice.grantSchedule(role))).toEqual({
      ...REPLACE,
      'SchedulesTable.Arn': ALL_OF_SCHEDULES,
      'WakeQueue.Arn': ['sqs:SendMessage'],
    })
  })

  test('the dispatcher may read locks in the History table, and nothing else there', () => {
    const statements = statementsOf(one(template, 'AWS::IAM::Policy', 'DispatcherRole').Properties)
    const reads = statements.filter(
      ({ Action, Resource }) =>
        asList(Action).some((action) => /:(?:Batch)?Get|:Query|:Scan/.test(String(action))) &&
        asList(Resource).map(nameOf).includes('HistoryTable.Arn'),
    )
    expect(reads).toMatchObject([
      {
        Action: 'dynamodb:Query',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['$unique|*'] } },
      },
    ])
  })

  test.each(['grantEnqueue', 'grantReplace', 'grantSchedule'] as const)(
    '%s: no dead letters may be put',
    (grant) => {
      const granted = synth({}, (sluice, stack) =>
        sluice[grant](
          new Role(stack, 'JobsApi', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
        ),
      )
      const statements = statementsOf(one(granted, 'AWS::IAM::Policy', 'Api').Properties)
      const ofHistory = statements.filter(({ Resource }) =>
        asList(Resource).map(nameOf).includes('HistoryTable.Arn'),
      )
      expect(ofHistory).toMatchObject([
        {
          Action: 'dynamodb:PutItem',
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['$once|*', '$unique|*'] } },
        },
        {
          Action: ['dynamodb:UpdateItem', 'dynamodb:Query', 'dynamodb:ConditionCheckItem'],
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['$size|*'] } },
        },
      ])
    },
  )

  test('manage may change limits, see what there is, put dead letters back and move stranded jobs', () => {
    expect(rightsAfter((sluice, role) => sluice.grantManage(role))).toEqual({
      'StateTable.Arn': [
        'dynamodb:BatchGetItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Scan',
        'dynamodb:UpdateItem',
      ],
      'JobsTable.Arn': [
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:Scan',
        'dynamodb:UpdateItem',
      ],
      'HistoryTable.Arn': [
        'dynamodb:DeleteItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      'SchedulesTable.Arn': ALL_OF_SCHEDULES,
      'WakeQueue.Arn': ['sqs:SendMessage'],
      ...READ_PAYLOADS,
    })
  })
})
