/** Alarms on what the functions count themselves: shards in trouble, and sweeps that do not come. */
import { Duration } from 'aws-cdk-lib'
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { alarm, alarmOnSilence, counted, FIVE_MINUTES, sumOf } from './alarm.ts'
import type { Functions } from './functions.ts'

export function createShardAlarms(
  scope: Construct,
  { dispatcher, worker, tick }: Functions,
  sweepEvery: Duration,
): Alarm[] {
  const [aSweep, aWhile] = [periodOf(sweepEvery, 1), periodOf(sweepEvery, 3)]
  const everywhere = (name: 'ShardFailures' | 'DamagedShards', period: Duration) =>
    sumOf(
      [dispatcher, worker, tick].map((target) => counted(target, name, period)),
      period,
    )
  return [
    alarmOnSilence(
      scope,
      'SweepAlarm',
      `no sweep has come to its end for ${aWhile.toHumanString()}: nothing repairs what is lost, and the alarms on damaged ` +
        'and stranded shards are blind. See the log of the tick function, and whether its rules are enabled',
      counted(tick, 'Sweeps', aWhile),
    ),
    alarm(
      scope,
      'ShardFailuresAlarm',
      'shards could not be visited or woken; others go on, and they are tried again. The logs of dispatcher, worker and ' +
        'tick name them and the reason',
      { metric: everywhere('ShardFailures', FIVE_MINUTES) },
    ),
    alarm(
      scope,
      'DamagedShardsAlarm',
      'state items or overrides make no sense, and their shards stand still. The logs of tick and dispatcher name them ' +
        'and what is wrong: mend or delete the item',
      { metric: everywhere('DamagedShards', aSweep) },
    ),
    alarm(
      scope,
      'StrandedShardsAlarm',
      'jobs wait whose queue, or its partition rule, is not in the configuration. The log of the tick function names the ' +
        'queues: deploy the queue again, or move the jobs',
      { metric: counted(tick, 'StrandedShards', aSweep, 'Maximum') },
    ),
  ]
}

const [LEAST_MINUTES, MOST_MINUTES] = [5, 24 * 60]

/** CloudWatch knows no period above a day. */
function periodOf(sweepEvery: Duration, sweeps: number): Duration {
  const minutes = Math.max(LEAST_MINUTES, sweepEvery.toMinutes()) * sweeps
  return Duration.minutes(Math.min(MOST_MINUTES, minutes))
}
