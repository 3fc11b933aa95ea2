/** What AWS delivers between the parts of the stack, against the resource policies that let it: both ways. */
import type { Template } from 'aws-cdk-lib/assertions'
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events'
import { expect, test } from 'vitest'
import { asList, find, nameOf, one, synth } from './synth.ts'

/** From a rule to a queue or a function. */
interface Delivery {
  readonly from: string
  readonly to: string
}

const template = synth({}, (sluice, stack) => {
  const trigger = { pattern: { source: ['shop'] }, task: { name: 'sync', queue: 'hubspot' }, payload: {} }
  sluice.addTrigger('Ordered', trigger)
  sluice.addTrigger('OrderedElsewhere', {
    ...trigger,
    eventBus: new EventBus(stack, 'JobsElsewhere') as IEventBus,
  })
})

interface Statement {
  readonly Effect: string
  readonly Action: string | string[]
  readonly Principal: { readonly Service?: string }
  readonly Condition?: { readonly ArnEquals?: Record<string, unknown> }
}
interface Target {
  readonly Arn: unknown
  readonly DeadLetterConfig?: { readonly Arn: unknown }
}

const order = (deliveries: readonly Delivery[]): string[] =>
  [...new Set(deliveries.map(({ from, to }) => `${from} → ${to}`))].toSorted()

/** What the rules of a template do, dead letters of targets included. */
const deliveriesOf = (from: Template): Delivery[] =>
  find(from, 'AWS::Events::Rule').flatMap(({ id, Properties }) =>
    (Properties['Targets'] as Target[]).flatMap(({ Arn, DeadLetterConfig }) =>
      [Arn, ...(DeadLetterConfig ? [DeadLetterConfig.Arn] : [])].map((to) => ({
        from: nameOf({ 'Fn::GetAtt': [id, 'Arn'] }),
        to: nameOf(to),
      })),
    ),
  )

/** By the CDK's own grant; EventBridge does not call them. */
const ADDED = ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl']

const allowedToQueues = (from: Template): Delivery[] =>
  find(from, 'AWS::SQS::QueuePolicy').flatMap(({ Properties }) => {
    const { Statement } = Properties['PolicyDocument'] as { Statement: Statement[] }
    const queues = asList(Properties['Queues']).map((queue) => `${nameOf(queue)}.Arn`)
    return Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(
      ({ Action, Principal, Condition }) => {
        const others = asList(Action).filter((action) => !ADDED.includes(String(action)))
        expect([others, Principal]).toEqual([['sqs:SendMessage'], { Service: 'events.amazonaws.com' }])
        const sources = asList(Condition?.ArnEquals?.['aws:SourceArn']).map(nameOf)
        return sources.flatMap((source) => queues.map((to) => ({ from: source, to })))
      },
    )
  })

const allowedToFunctions = (from: Template): Delivery[] =>
  find(from, 'AWS::Lambda::Permission').map(({ Properties }) => {
    const { Action, Principal, SourceArn, FunctionName } = Properties
    expect([Action, Principal]).toEqual(['lambda:InvokeFunction', 'events.amazonaws.com'])
    return { from: nameOf(SourceArn), to: nameOf(FunctionName) }
  })

test('each delivery of a rule, and of its dead letters, is allowed, and nothing else is', () => {
  const deliveries = order(deliveriesOf(template))
  expect(deliveries).toHaveLength(8)
  expect(order([...allowedToQueues(template), ...allowedToFunctions(template)])).toEqual(deliveries)
})

test('nothing is denied to those who come by TLS', () => {
  const denied = find(template, 'AWS::SQS::QueuePolicy').flatMap(({ Properties }) =>
    (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement.filter(
      ({ Effect }) => Effect === 'Deny',
    ),
  )
  expect(denied).toHaveLength(7)
  for (const { Condition } of denied) expect(Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } })
})

/** Which right of its role lets Lambda take from a source. */
const TAKES: Readonly<Record<string, string>> = {
  'JobsTable.StreamArn': 'dynamodb:GetRecords',
  'SchedulesTable.StreamArn': 'dynamodb:GetRecords',
  'WorkQueue.Arn': 'sqs:ReceiveMessage',
  'WakeQueue.Arn': 'sqs:ReceiveMessage',
  'IngestQueue.Arn': 'sqs:ReceiveMessage',
}

test('each function may take from its sources, and may say what it could not handle', () => {
  const mappings = find(template, 'AWS::Lambda::EventSourceMapping')
  expect(mappings).toHaveLength(5)
  for (const { Properties } of mappings) {
    const source = nameOf(Properties['EventSourceArn'])
    const rights = rightsOf(nameOf(Properties['FunctionName']))
    expect(rights).toContainEqual([TAKES[source], source])
    const { OnFailure } = (Properties['DestinationConfig'] ?? {}) as { OnFailure?: { Destination: unknown } }
    if (OnFailure) expect(rights).toContainEqual(['sqs:SendMessage', nameOf(OnFailure.Destination)])
  }
})

function rightsOf(fn: string): string[][] {
  const [name = ''] = fn.split('.')
  const { Properties } = one(template, 'AWS::IAM::Policy', `${name}Role`)
  const { Statement } = Properties['PolicyDocument'] as {
    Statement: { Action: unknown; Resource: unknown }[]
  }
  return Statement.flatMap(({ Action, Resource }) =>
    asList(Action).flatMap((action) =>
      asList(Resource).map((resource) => [String(action), nameOf(resource)]),
    ),
  )
}

/** SQS moves what was received too often itself, and needs no right to; but the queue for it has to be there and keep it. */
test('each queue that a function takes from has one for what is received too often, which keeps it as long', () => {
  for (const name of ['WorkQueue', 'WakeQueue', 'IngestQueue']) {
    const { RedrivePolicy, MessageRetentionPeriod } = one(template, 'AWS::SQS::Queue', name).Properties
    const [letters = ''] = nameOf((RedrivePolicy as Record<string, unknown>)['deadLetterTargetArn']).split(
      '.',
    )
    expect(letters).toBe(name.replace('Queue', 'DeadLetters'))
    const kept = one(template, 'AWS::SQS::Queue', letters).Properties['MessageRetentionPeriod']
    expect(Number(kept)).toBeGreaterThanOrEqual(Number(MessageRetentionPeriod))
  }
})
