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

/** What an alarm looks at, whether it is one metric or a sum. */
function metricsOf({ Properties }: Resource): string[] {
  const parts = (Properties['Metrics'] ?? []) as { readonly MetricStat?: { readonly Metric: MetricOf } }[]
  const metrics = parts.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []))
  return (metrics.length > 0 ? metrics : [Properties as unknown as MetricOf]).map(readable)
}

function named(name: string, from = template): Resource {
  const [found] = find(from, ALARM).filter(({ id }) => nameOf({ Ref: id }) === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}
const own = (metric: string, ...functions: string[]) =>
  functions.map((name) => `Sluice ${metric} FunctionName=${name} service=sluice`)
const lambda = (metric: string, ...functions: string[]) =>
  functions.map((name) => `AWS/Lambda ${metric} FunctionName=${name}`)
const throttles = (dimensions: string) => [
  `AWS/DynamoDB ReadThrottleEvents ${dimensions}`,
  `AWS/DynamoDB WriteThrottleEvents ${dimensions}`,
]

test.each([
  ['StreamAgeAlarm', lambda('IteratorAge', 'Dispatcher'), 60_000],
  ['TickAlarm', lambda('Errors', 'Tick'), 0],
  ['DispatcherErrorsAlarm', lambda('Errors', 'Dispatcher'), 0],
  ['WorkerErrorsAlarm', lambda('Errors', 'Worker'), 0],
  ['DispatcherThrottlesAlarm', lambda('Throttles', 'Dispatcher'), 0],
  ['TickThrottlesAlarm', lambda('Throttles', 'Tick'), 0],
  ['RecursionAlarm', lambda('RecursiveInvocationsDropped', 'Dispatcher', 'Worker', 'Ingest', 'Tick'), 0],
  ['ShardFailuresAlarm', own('ShardFailures', 'Dispatcher', 'Worker', 'Tick'), 0],
  ['DamagedShardsAlarm', own('DamagedShards', 'Dispatcher', 'Worker', 'Tick'), 0],
  ['StrandedShardsAlarm', own('StrandedShards', 'Tick'), 0],
  ['JobsThrottlesAlarm', throttles('TableName=JobsTable'), 0],
  [
    'StateThrottlesAlarm',
    [...throttles('TableName=StateTable'), ...throttles('GlobalSecondaryIndexName=due TableName=StateTable')],
    0,
  ],
  ['HistoryThrottlesAlarm', throttles('TableName=HistoryTable'), 0],
])('%s looks at %j and rings above %i', (name, metrics, Threshold) => {
  const found = named(name)
  expect(metricsOf(found)).toEqual(metrics)
  expect(found.Properties).toMatchObject({
    Threshold,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  })
})

describe('the alarm on the sweep', () => {
  test('rings if none has been counted for three times its interval, whatever the reason', () => {
    const found = named('SweepAlarm')
    expect(metricsOf(found)).toEqual(own('Sweeps', 'Tick'))
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
  expect(alarms).toHaveLength(18)
  for (const { Properties } of alarms) {
    const text = String(Properties['AlarmDescription'])
    expect(text).toMatch(/^Sluice: .{40,}/)
    expect(text.length).toBeLessThanOrEqual(1024)
  }
})

test('sums add what there is: of most of these metrics there is nothing most of the time', () => {
  const sums = find(template, ALARM).flatMap(({ Properties }) =>
    ((Properties['Metrics'] ?? []) as { readonly Expression?: string }[]).flatMap(
      ({ Expression }) => Expression ?? [],
    ),
  )
  expect(sums).toHaveLength(6)
  expect(new Set(sums)).toEqual(new Set(['SUM(METRICS())']))
})
