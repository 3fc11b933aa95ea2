/** What the log says of schedules. */
import type { SluiceEvent } from '../../core/event.ts'
import type { ScheduleEvents } from '../../core/schedule/schedule-event.ts'
import { type Line, NAMED } from './job-lines.ts'

export const SCHEDULE_LINES: {
  readonly [Kind in keyof ScheduleEvents]: (event: SluiceEvent<Kind>) => Line
} = {
  'schedule fired': ({ schedule, jobs }) => ['debug', 'a schedule has made jobs', { schedule, jobs }],
  'ticks skipped': ({ schedule, why, skipped: { from, to } }) => [
    'warn',
    why === 'missed'
      ? 'ticks of a schedule were missed, and are skipped'
      : 'ticks of a schedule are skipped, for the job of an earlier one is still there',
    { schedule, from: new Date(from).toISOString(), to: new Date(to).toISOString() },
  ],
  'tick not certain': ({ schedule, job, error }) => [
    'error',
    'it is not known whether a tick has made its job, and it is made at most once',
    { schedule, job, error },
  ],
  'schedule not fired': ({ schedule, error }) => [
    'error',
    'a schedule could not be fired; it is tried again',
    { schedule, error },
  ],
  'schedule left to newer': ({ schedule, reason }) => [
    'warn',
    'a schedule makes no sense here; it is left to a newer deploy for a day',
    { schedule, reason },
  ],
  'schedule refused': ({ schedule, reason }) => [
    'error',
    'an item of the Schedules table is no schedule, and is a dead letter now',
    { schedule, reason },
  ],
  'declared schedule refused': ({ schedule, reason }) => [
    'error',
    'a schedule that the configuration declares was not applied: change it, and deploy',
    { schedule, reason },
  ],
  'schedule set aside': ({ schedule, reason }) => [
    'error',
    'a schedule makes no sense and fires no more: schedule it anew',
    { schedule, reason },
  ],
  'schedule damaged': ({ schedule, problem }) => [
    'error',
    'the item of a schedule makes no sense: mend or delete it',
    { schedule, problem },
  ],
  'partitions damaged': ({ problem }) => [
    'error',
    'the item $partitions of the Schedules table made no sense, and is written anew; if only some partitions are to be fired, set that anew',
    { problem },
  ],
  'schedule not looked at': ({ schedule, error }) => [
    'warn',
    'a job of a schedule has ended, and the schedule could not be looked at; a tick or a sweep does it',
    { schedule, error },
  ],
  'schedules left behind': ({ schedules }) => [
    'warn',
    'schedules that nobody has seen to in time are seen to now',
    { count: schedules.length, schedules: schedules.slice(0, NAMED) },
  ],
  'schedules not fired': ({ fire, error }) => [
    'error',
    'what is due in a partition of schedules could not be fired; it is tried again',
    { fire, error },
  ],
  'firings not sent': ({ fires, error }) => [
    'error',
    'schedules could not be told to fire; the next tick does it',
    { fires: fires.slice(0, NAMED), error },
  ],
}
