/** How an alarm is made of metrics. */
import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { MetricName } from '../lib/ports/metrics.ts'

export const MINUTE = Duration.minutes(1)
export const FIVE_MINUTES = Duration.minutes(5)

export interface When {
  readonly metric: IMetric
  /** Rings above this. */
  readonly above?: number
  /** How many periods count. */
  readonly periods?: number
  /** In how many of them the metric has to be above. */
  readonly of?: number
}

/** `description` says what is wrong, whether Sluice mends it by itself, and what to look at. */
export const alarm = (scope: Construct, id: string, description: string, when: When): Alarm => {
  const { metric, above = 0, periods = 1, of = periods } = when
  return new Alarm(scope, id, {
    alarmDescription: `Sluice: ${description}`,
    metric,
    threshold: above,
    evaluationPeriods: periods,
    ...(of === periods ? {} : { datapointsToAlarm: of }),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  })
}

/** Rings if the metric is not counted even once in its period, for whatever reason. */
export const alarmOnSilence = (scope: Construct, id: string, description: string, metric: IMetric): Alarm =>
  new Alarm(scope, id, {
    alarmDescription: `Sluice: ${description}`,
    metric,
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
  })

/** What a function counts itself: `lib/adapters/powertools/metrics.ts` sends it with these dimensions. */
export const counted = (
  { functionName }: LambdaFunction,
  metricName: MetricName,
  period: Duration,
  statistic: 'Sum' | 'Maximum' = 'Sum',
): Metric =>
  new Metric({
    namespace: 'Sluice',
    metricName,
    dimensionsMap: { service: 'sluice', FunctionName: functionName },
    period,
    statistic,
  })

/** Of metrics some of which may say nothing: `SUM` adds what there is, where `m0 + m1` would be missing, too. */
export const sumOf = (metrics: readonly IMetric[], period: Duration): MathExpression =>
  new MathExpression({
    expression: 'SUM(METRICS())',
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
    period,
    label: 'sum',
  })
