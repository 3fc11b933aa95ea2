/** How an alarm is made of a metric. Of one metric each: sums of metrics cost as many alarms, and few emulators know them. */
import { Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
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

/** All functions of one Sluice count into one metric: `lib/adapters/powertools/metrics.ts` has these dimensions. */
export const counted = (
  { tableName }: TableV2,
  metricName: MetricName,
  period: Duration,
  statistic: 'Sum' | 'Maximum',
): Metric =>
  new Metric({
    namespace: 'Sluice',
    metricName,
    dimensionsMap: { service: 'sluice', StateTable: tableName },
    period,
    statistic,
  })
