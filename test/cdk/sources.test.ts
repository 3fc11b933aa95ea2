import { Duration } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events'
import { expect, test } from 'vitest'
import { find, nameOf, newSluice, newStack, one, synth } from './synth.ts'

const template = synth()

function mapping(source: string, from = template): Readonly<Record<string, unknown>> {
  const [found] = find(from, 'AWS::Lambda::EventSourceMapping').filter(
    ({ Properties }) => nameOf(Properties['EventSourceArn']) === source,
  )
  if (!found) throw new Error(`nothing reads ${source}`)
  return found.Properties
}

test('there are five sources', () => {
  expect(find(template, 'AWS::Lambda::EventSourceMapping')).toHaveLength(5)
})

test('new and corrected jobs wake the dispatcher; a failing record neither blocks its batch nor gets lost', () => {
  const stream = mapping('JobsTable.StreamArn')
  expect(stream).toMatchObject({
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT","MODIFY"]}' }] },
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 10,
    StartingPosition: 'TRIM_HORIZON',
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumRetryAttempts: 500,
  })
  // An outage or a backlog must not drop good records.
  expect(stream).not.toHaveProperty('MaximumRecordAgeInSeconds')
  expect(nameOf(stream['FunctionName'])).toBe('Dispatcher')
  const { OnFailure } = stream['DestinationConfig'] as { OnFailure: { Destination: unknown } }
  expect(nameOf(OnFailure.Destination)).toBe('StreamFailures.Arn')
})

test('schedules that somebody has put by hand wake the dispatcher, and what Sluice writes wakes nobody', () => {
  const stream = mapping('SchedulesTable.StreamArn')
  expect(stream).toMatchObject({
    BatchSize: 100,
    ParallelizationFactor: 1,
    StartingPosition: 'TRIM_HORIZON',
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 500,
  })
  expect(nameOf(stream['FunctionName'])).toBe('Dispatcher')
  const { Filters } = stream['FilterCriteria'] as { Filters: { Pattern: string }[] }
  expect(Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
    {
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { NewImage: { version: { N: [{ exists: false }] } } },
    },
  ])
})

test.each([
  ['WakeQueue.Arn', 'Dispatcher', 10],
  ['IngestQueue.Arn', 'Ingest', 10],
  ['WorkQueue.Arn', 'Worker', 1],
])('%s goes to %s, %i at a time, and only what failed comes again', (source, target, BatchSize) => {
  expect(mapping(source)).toMatchObject({ BatchSize, FunctionResponseTypes: ['ReportBatchItemFailures'] })
  expect(nameOf(mapping(source)['FunctionName'])).toBe(target)
})

test.each([
  ['an account of 1,000, unless the user says otherwise', {}, [807, 100, 50], 10],
  ['a new account, which has 10', { accountConcurrency: 10 }, [5, 2, 2], 1],
])('no source takes all of %s', (_, props, queues, lanes) => {
  const sized = synth(props)
  const limits = ['WorkQueue.Arn', 'WakeQueue.Arn', 'IngestQueue.Arn'].map(
    (source) => mapping(source, sized)['ScalingConfig'],
  )
  expect(limits).toEqual(queues.map((MaximumConcurrency) => ({ MaximumConcurrency })))
  expect(mapping('JobsTable.StreamArn', sized)['ParallelizationFactor']).toBe(lanes)
})

test('the user sizes the worker’s batches and its concurrency', () => {
  const sized = synth({ workerBatchSize: 5, workerMaxConcurrency: 50 })
  expect(mapping('WorkQueue.Arn', sized)).toMatchObject({
    BatchSize: 5,
    ScalingConfig: { MaximumConcurrency: 50 },
  })
})

const rule = (name: string, from = template) => one(from, 'AWS::Events::Rule', name).Properties

test.each([
  ['Tick', 'rate(1 minute)', '{"kind":"tick"}'],
  ['Sweep', 'rate(5 minutes)', '{"kind":"sweep"}'],
])('%s: %s', (name, ScheduleExpression, Input) => {
  const properties = rule(`${name}Rule`)
  expect(properties).toMatchObject({ ScheduleExpression, State: 'ENABLED', Targets: [{ Input }] })
  const [target] = properties['Targets'] as { Arn: unknown }[]
  expect(nameOf(target?.Arn)).toBe('Tick.Arn')
})

test('the user decides how often abandoned claims are looked for', () => {
  expect(rule('SweepRule', synth({ sweepEvery: Duration.minutes(1) }))).toMatchObject({
    ScheduleExpression: 'rate(1 minute)',
  })
})

test('sluice.enqueue events of a bus of its own go to the ingest queue as they are', () => {
  const properties = rule('EnqueueRule')
  expect(nameOf(properties['EventBusName'])).toBe('EventBus')
  expect(properties['EventPattern']).toEqual({ 'detail-type': ['sluice.enqueue'] })
  const [target] = properties['Targets'] as { Arn: unknown; DeadLetterConfig: { Arn: unknown } }[]
  expect(target).not.toHaveProperty('InputTransformer')
  expect(nameOf(target?.Arn)).toBe('IngestQueue.Arn')
  expect(nameOf(target?.DeadLetterConfig.Arn)).toBe('IngestDeadLetters.Arn')
})

test('the user’s own bus replaces it', () => {
  const stack = newStack()
  newSluice(stack, { eventBus: EventBus.fromEventBusName(stack, 'Mine', 'mine') satisfies IEventBus })
  const template = Template.fromStack(stack)
  expect(rule('EnqueueRule', template)['EventBusName']).toBe('mine')
  template.resourceCountIs('AWS::Events::EventBus', 0)
})
