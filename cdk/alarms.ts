/** What somebody should look at. The alarms have no action: attach your own to `sluice.alarms`. */
import type { Duration } from 'aws-cdk-lib'
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { alarm, MINUTE } from './alarm.ts'
import { createDatabaseAlarms } from './database-alarms.ts'
import { createFunctionAlarms } from './function-alarms.ts'
import type { Functions } from './functions.ts'
import type { Queues } from './queues.ts'
import { createScheduleAlarms } from './schedule-alarms.ts'
import { createShardAlarms } from './shard-alarms.ts'
import type { Tables } from './tables.ts'

export interface Parts {
  readonly functions: Functions
  readonly tables: Tables
  readonly queues: Queues
}

export const createAlarms = (
  scope: Construct,
  { functions, tables, queues }: Parts,
  sweepEvery: Duration,
): Alarm[] => [
  ...createQueueAlarms(scope, queues),
  ...createFunctionAlarms(scope, functions),
  ...createShardAlarms(scope, tables.state, sweepEvery),
  ...createScheduleAlarms(scope, tables.state),
  ...createDatabaseAlarms(scope, tables),
]

const createQueueAlarms = (scope: Construct, queues: Queues): Alarm[] => {
  const { work, wake, ingest, streamFailures } = queues
  const onMessages = (id: string, queue: Queue, what: string) =>
    alarm(scope, id, `${what} (queue ${queue.node.id})`, {
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: 'Maximum' }),
    })
  return [
    onMessages(
      'WorkDeadLettersAlarm',
      work.deadLetters,
      'the worker could not take messages of jobs; the sweep sends them again. See the worker’s log: does it load, does it run out of memory?',
    ),
    onMessages(
      'WakeDeadLettersAlarm',
      wake.deadLetters,
      'the dispatcher could not visit shards for an hour and a half; the sweep wakes them again. See the dispatcher’s log',
    ),
    onMessages(
      'IngestDeadLettersAlarm',
      ingest.deadLetters,
      'events did not become jobs. See the ingest function’s log, then start a redrive of that queue',
    ),
    onMessages(
      'StreamFailuresAlarm',
      streamFailures,
      'the dispatcher was not told of new jobs; the sweep finds them. See the dispatcher’s log for what stopped it',
    ),
  ]
}
