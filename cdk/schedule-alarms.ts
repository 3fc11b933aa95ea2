/** Alarms on schedules: those that fire no more, and those that could not be fired. */
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { alarm, counted, FIVE_MINUTES } from './alarm.ts'

export const createScheduleAlarms = (scope: Construct, state: TableV2): Alarm[] => [
  alarm(
    scope,
    'SetAsideSchedulesAlarm',
    'schedules make no sense and fire no more: their queue is gone, or no job can be made of them, or somebody has damaged their ' +
      'items. The log of the dispatcher names them and the reason: schedule them anew, or unschedule them',
    { metric: counted(state, 'SetAsideSchedules', FIVE_MINUTES, 'Sum') },
  ),
  alarm(
    scope,
    'ScheduleFailuresAlarm',
    'schedules could not be fired in time; others go on, and they are tried again. Or it is not known whether a tick has made its ' +
      'job that is to make at most one. The logs of dispatcher and tick name them and the error',
    { metric: counted(state, 'ScheduleFailures', FIVE_MINUTES, 'Sum') },
  ),
]
