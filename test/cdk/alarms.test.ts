import { Duration } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import { find, nameOf, type Resource, synth } from './synth.ts'

const ALARM = 'AWS::CloudWatch::Alarm'
const template = synth()

interface MetricOf {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[]
}
const dimensionsOf = ({ Dimensions }: MetricOf) =>
  Dimensions.map(({ Name, Value }) => `${Name}=${nameOf(Value)}`)
    .toSorted()
    .join(' ')
const readable = (metric: MetricOf) => `${metric.Namespace} ${metric.MetricName} ${dimensionsOf(metric)}`

const metricOf = ({ Properties }: Resource) => readable(Properties as unknown as MetricOf)

function named(name: string, from = template): Resource {
  const [found] = find(from, ALARM).filter(({ id }) => nameOf({ Ref: id }) === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}
const own = (metric: string) => `Sluice ${metric} StateTable=StateTable service=sluice`
const lambda = (metric: string, name: string) => `AWS/Lambda ${metric} FunctionName=${name}`
const database = (metric: string, dimensions: string) => `AWS/DynamoDB ${metric}ThrottleEvents ${dimensions}`

test.each([
  ['StreamAgeAlarm', lambda('IteratorAge', 'Dispatcher'), 60_000],
  ['TickAlarm', lambda('Errors', 'Tick'), 0],
  ['DispatcherErrorsAlarm', lambda('Errors', 'Dispatcher'), 0],
  ['WorkerErrorsAlarm', lambda('Errors', 'Worker'), 0],
  ['DispatcherThrottlesAlarm', lambda('Throttles', 'Dispatcher'), 0],
  ['TickThrottlesAlarm', lambda('Throttles', 'Tick'), 0],
  ['DispatcherRecursionAlarm', lambda('RecursiveInvocationsDropped', 'Dispatcher'), 0],
  ['WorkerRecursionAlarm', lambda('RecursiveInvocationsDropped', 'Worker'), 0],
  ['ShardFailuresAlarm', own('ShardFailures'), 0],
  ['DamagedShardsAlarm', own('DamagedShards'), 0],
  ['StrandedShardsAlarm', own('StrandedShards'), 0],
  ['SetAsideSchedulesAlarm', own('SetAsideSchedules'), 0],
  ['ScheduleFailuresAlarm', own('ScheduleFailures'), 0],
  ['JobsReadThrottlesAlarm', database('Read', 'TableName=JobsTable'), 0],
  ['JobsWriteThrottlesAlarm', database('Write', 'TableName=JobsTable'), 0],
  ['StateReadThrottlesAlarm', database('Read', 'TableName=StateTable'), 0],
  ['StateWriteThrottlesAlarm', database('Write', 'TableName=StateTable'), 0],
  ['DueIndexWriteThrottlesAlarm', database('Write', 'GlobalSecondaryIndexName=due TableName=StateTable'), 0],
  ['HistoryWriteThrottlesAlarm', database('Write', 'TableName=HistoryTable'), 0],
  ['SchedulesWriteThrottlesAlarm', database('Write', 'TableName=SchedulesTable'), 0],
  [
    'SchedulesIndexWriteThrottlesAlarm',
    database('Write', 'GlobalSecondaryIndexName=due TableName=SchedulesTable'),
    0,
  ],
])('%s looks at %s and rings above %i', (name, metric, Threshold) => {
  const found = named(name)
  expect(metricOf(found)).toBe(metric)
  expect(found.Properties).toMatchObject({
    Threshold,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  })
})

describe('the alarm on the sweep', () => {
  test('rings if none has been counted for three times its interval, whatever the reason', () => {
    const found = named('SweepAlarm')
    expect(metricOf(found)).toBe(own('Sweeps'))
    expect(found.Properties).toMatchObject({
      Period: 900,
      Statistic: 'Sum',
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    })
  })

  test.each([
    [Duration.minutes(1), 900],
    [Duration.hours(1), 3 * 3600],
    [Duration.days(1), 86_400],
  ])('goes by how often there is one: %s', (sweepEvery, Period) => {
    expect(named('SweepAlarm', synth({ sweepEvery })).Properties).toMatchObject({ Period })
  })
})

test('each alarm says what is wrong, in what CloudWatch takes', () => {
  const alarms = find(template, ALARM)
  expect(alarms).toHaveLength(26)
  for (const { Properties } of alarms) {
    const text = String(Properties['AlarmDescription'])
    expect(text).toMatch(/^Sluice: .{40,}/)
    expect(text.length).toBeLessThanOrEqual(1024)
  }
})
