/** Alarms on tables that DynamoDB throttles: the SDK tries again, until it gives up. */
import { type Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { alarm, MINUTE, sumOf } from './alarm.ts'
import { DUE_INDEX, type Tables } from './tables.ts'

export const createDatabaseAlarms = (scope: Construct, { jobs, state, history }: Tables): Alarm[] => [
  onThrottles(
    scope,
    jobs,
    'one partition gets more than about 500 jobs a second, or its jobs are large. Give its queue more shards, or keep payloads elsewhere',
  ),
  onThrottles(
    scope,
    state,
    'one shard works off more jobs than one item can count. Give its queue more shards, or the jobs more to do',
    [DUE_INDEX],
  ),
  onThrottles(scope, history, 'very many jobs end as dead letters. See the reasons in them'),
]

const onThrottles = (
  scope: Construct,
  table: TableV2,
  why: string,
  indexes: readonly string[] = [],
): Alarm => {
  const throttled = (metricName: string, index?: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: {
        TableName: table.tableName,
        ...(index === undefined ? {} : { GlobalSecondaryIndexName: index }),
      },
      period: MINUTE,
      statistic: 'Sum',
    })
  const places = [undefined, ...indexes]
  const metrics = places.flatMap((index) => [
    throttled('ReadThrottleEvents', index),
    throttled('WriteThrottleEvents', index),
  ])
  return alarm(
    scope,
    `${table.node.id.replace(/Table$/, '')}ThrottlesAlarm`,
    `DynamoDB throttles the ${table.node.id}, and jobs are late: ${why}`,
    { metric: sumOf(metrics, MINUTE), periods: 5, of: 3 },
  )
}
