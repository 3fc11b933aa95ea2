/** What somebody should look at. The alarms have no action: attach your own to `sluice.alarms`. */
import { Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Functions } from './functions.ts'
import type { Queues } from './queues.ts'

const MINUTE = Duration.minutes(1)

export function createAlarms(scope: Construct, functions: Functions, queues: Queues): Alarm[] {
  const { work, wake, ingest, streamFailures } = queues
  return [
    onMessages(
      scope,
      'WorkDeadLettersAlarm',
      work.deadLetters,
      'job messages that the worker could not take',
    ),
    onMessages(
      scope,
      'WakeDeadLettersAlarm',
      wake.deadLetters,
      'wake-ups that the dispatcher could not handle',
    ),
    onMessages(scope, 'IngestDeadLettersAlarm', ingest.deadLetters, 'events that did not become jobs'),
    onMessages(scope, 'StreamFailuresAlarm', streamFailures, 'new jobs that the dispatcher was not told of'),
    alarm(scope, 'StreamAgeAlarm', 'Sluice: the dispatcher is more than a minute behind the new jobs', {
      metric: functions.dispatcher.metric('IteratorAge', { period: MINUTE, statistic: 'Maximum' }),
      threshold: 60_000,
      minutes: 5,
    }),
    alarm(scope, 'TickAlarm', 'Sluice: the tick fails; delayed jobs and reopened rate windows may wait', {
      metric: functions.tick.metricErrors({ period: MINUTE, statistic: 'Sum' }),
      threshold: 0,
      minutes: 3,
    }),
  ]
}

const onMessages = (scope: Construct, id: string, queue: Queue, what: string): Alarm =>
  alarm(scope, id, `Sluice: ${what} are waiting in ${queue.node.id}`, {
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: 'Maximum' }),
    threshold: 0,
    minutes: 1,
  })

/** Rings when the metric is above its threshold for so many minutes in a row. */
const alarm = (
  scope: Construct,
  id: string,
  alarmDescription: string,
  { metric, threshold, minutes }: { metric: IMetric; threshold: number; minutes: number },
): Alarm =>
  new Alarm(scope, id, {
    alarmDescription,
    metric,
    threshold,
    evaluationPeriods: minutes,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  })
