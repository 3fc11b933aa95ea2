/** Alarms on tables that DynamoDB throttles: the SDK tries again, until it gives up. */
import { type Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { alarm, MINUTE } from './alarm.ts'
import { DUE_INDEX, type Tables } from './tables.ts'

const BUSY_PARTITION =
  'one partition gets more than about 500 jobs a second, or its jobs are large. Give its queue more shards, or keep ' +
  'payloads elsewhere'
const BUSY_SHARD =
  'one shard works off more jobs than a single item can count. Give its queue more shards, or its jobs more to do'

const MANY_DUE =
  'thousands of schedules of one partition fire in one minute. Give them more partitions (schedules.partitions), or a window'

export const createDatabaseAlarms = (
  scope: Construct,
  { jobs, state, history, schedules }: Tables,
): Alarm[] => {
  const onThrottles = (id: string, kind: 'Read' | 'Write', where: Record<string, string>, why: string) =>
    alarm(
      scope,
      id,
      `DynamoDB throttles ${kind.toLowerCase()}s of ${id.replace(/(Read|Write).*/, '')}, and jobs are late: ${why}`,
      { metric: throttles(kind, where), periods: 5, of: 3 },
    )
  const [ofJobs, ofState] = [{ TableName: jobs.tableName }, { TableName: state.tableName }]
  const ofIndex = { ...ofState, GlobalSecondaryIndexName: DUE_INDEX }
  const ofSchedules = { TableName: schedules.tableName }
  return [
    onThrottles('JobsReadThrottlesAlarm', 'Read', ofJobs, BUSY_PARTITION),
    onThrottles('JobsWriteThrottlesAlarm', 'Write', ofJobs, BUSY_PARTITION),
    onThrottles('StateReadThrottlesAlarm', 'Read', ofState, BUSY_SHARD),
    onThrottles('StateWriteThrottlesAlarm', 'Write', ofState, BUSY_SHARD),
    onThrottles(
      'DueIndexWriteThrottlesAlarm',
      'Write',
      ofIndex,
      'thousands of shards a second are put off by more than 15 minutes, which only goes through this index. Spread the times of the jobs',
    ),
    onThrottles(
      'HistoryWriteThrottlesAlarm',
      'Write',
      { TableName: history.tableName },
      'very many jobs end as dead letters. See the reasons in them',
    ),
    onThrottles('SchedulesWriteThrottlesAlarm', 'Write', ofSchedules, MANY_DUE),
    onThrottles(
      'SchedulesIndexWriteThrottlesAlarm',
      'Write',
      { ...ofSchedules, GlobalSecondaryIndexName: DUE_INDEX },
      MANY_DUE,
    ),
  ]
}

const throttles = (kind: 'Read' | 'Write', dimensionsMap: Record<string, string>): Metric =>
  new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: `${kind}ThrottleEvents`,
    dimensionsMap,
    period: MINUTE,
    statistic: 'Sum',
  })
