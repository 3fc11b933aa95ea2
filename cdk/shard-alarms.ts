/** Alarms on what the functions count themselves: shards in trouble, and sweeps that do not come. */
import { Duration } from 'aws-cdk-lib'
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { alarm, alarmOnSilence, counted, FIVE_MINUTES } from './alarm.ts'

export function createShardAlarms(scope: Construct, state: TableV2, sweepEvery: Duration): Alarm[] {
  const [aSweep, aWhile] = [periodOf(sweepEvery, 1), periodOf(sweepEvery, 3)]
  return [
    alarmOnSilence(
      scope,
      'SweepAlarm',
      `no sweep has come to its end for ${aWhile.toHumanString()}: nothing repairs what is lost, and the alarms on damaged ` +
        'and stranded shards are blind. See the log of the tick function, and whether its rules are enabled',
      counted(state, 'Sweeps', aWhile, 'Sum'),
    ),
    alarm(
      scope,
      'ShardFailuresAlarm',
      'shards could not be visited or woken; others go on, and they are tried again. The logs of dispatcher, worker and ' +
        'tick name them and the reason',
      { metric: counted(state, 'ShardFailures', FIVE_MINUTES, 'Sum') },
    ),
    alarm(
      scope,
      'DamagedShardsAlarm',
      'state items or overrides make no sense, and their shards stand still; or the size of a queue counts jobs that are ' +
        'not there. The logs of tick and dispatcher name them and what is wrong: mend or delete the item, or recount',
      { metric: counted(state, 'DamagedShards', aSweep, 'Maximum') },
    ),
    alarm(
      scope,
      'StrandedShardsAlarm',
      'jobs wait whose queue, or its partition rule, is not in the configuration. The log of the tick function names the ' +
        'queues: deploy the queue again, or move the jobs',
      { metric: counted(state, 'StrandedShards', aSweep, 'Maximum') },
    ),
  ]
}

const [LEAST_MINUTES, MOST_MINUTES] = [5, 24 * 60]

/** CloudWatch knows no period above a day. */
function periodOf(sweepEvery: Duration, sweeps: number): Duration {
  const minutes = Math.max(LEAST_MINUTES, sweepEvery.toMinutes()) * sweeps
  return Duration.minutes(Math.min(MOST_MINUTES, minutes))
}
