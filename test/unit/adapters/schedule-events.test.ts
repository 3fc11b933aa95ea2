/** What every event of a schedule is in the log, and what it counts for the alarms. */
import type { ScheduleEvents } from '../../../lib/core/schedule/schedule-event.ts'
import { type Cases, testEvents } from './event-cases.ts'

const error = new Error('no')
const schedule = 'sync|daily'
const [from, to] = [Date.UTC(2030, 0, 1), Date.UTC(2030, 0, 2)]
const SPAN = { schedule, from: '2030-01-01T00:00:00.000Z', to: '2030-01-02T00:00:00.000Z' }
const many = Array.from({ length: 101 }, (_, n) => n)

/** One of each kind: the compiler asks for a new one. */
const CASES: Cases<keyof ScheduleEvents> = {
  'schedule fired': [
    { event: { schedule, jobs: 2 }, line: ['debug', 'a schedule has made jobs', { schedule, jobs: 2 }] },
  ],
  'ticks skipped': [
    {
      event: { schedule, why: 'missed', skipped: { from, to } },
      line: ['warn', 'ticks of a schedule were missed, and are skipped', SPAN],
    },
    {
      event: { schedule, why: 'overlap', skipped: { from, to } },
      line: ['warn', 'ticks of a schedule are skipped, for the job of an earlier one is still there', SPAN],
    },
  ],
  'tick not certain': [
    {
      event: { schedule, job: 'crm 5#a', error },
      line: [
        'error',
        'it is not known whether a tick has made its job, and it is made at most once',
        { schedule, job: 'crm 5#a', error },
      ],
      counts: { ScheduleFailures: 1 },
    },
  ],
  'schedule not fired': [
    {
      event: { schedule, error },
      line: ['error', 'a schedule could not be fired; it is tried again', { schedule, error }],
      counts: { ScheduleFailures: 1 },
    },
  ],
  'schedule left to newer': [
    {
      event: { schedule, reason: 'no queue' },
      line: [
        'warn',
        'a schedule makes no sense here; it is left to a newer deploy for a day',
        { schedule, reason: 'no queue' },
      ],
    },
  ],
  'declared schedule refused': [
    {
      event: { schedule, reason: 'its name is taken' },
      line: [
        'error',
        'a schedule that the configuration declares was not applied: change it, and deploy',
        { schedule, reason: 'its name is taken' },
      ],
      counts: { SetAsideSchedules: 1 },
    },
  ],
  'partitions damaged': [
    {
      event: { problem: 'upTo: expected number' },
      line: [
        'error',
        'the item $partitions of the Schedules table made no sense, and is written anew; if only some partitions are to be fired, set that anew',
        { problem: 'upTo: expected number' },
      ],
      counts: { ScheduleFailures: 1 },
    },
  ],
  'schedule refused': [
    {
      event: { schedule, reason: 'no rule' },
      line: [
        'error',
        'an item of the Schedules table is no schedule, and is a dead letter now',
        { schedule, reason: 'no rule' },
      ],
      counts: { SetAsideSchedules: 1 },
    },
  ],
  'schedules left behind': [
    {
      event: { schedules: [schedule] },
      line: [
        'warn',
        'schedules that nobody has seen to in time are seen to now',
        { count: 1, schedules: [schedule] },
      ],
    },
  ],
  'schedule set aside': [
    {
      event: { schedule, reason: 'no queue' },
      line: [
        'error',
        'a schedule makes no sense and fires no more: schedule it anew',
        { schedule, reason: 'no queue' },
      ],
      counts: { SetAsideSchedules: 1 },
    },
  ],
  'schedule damaged': [
    {
      event: { schedule, problem: 'odd' },
      line: [
        'error',
        'the item of a schedule makes no sense: mend or delete it',
        { schedule, problem: 'odd' },
      ],
      counts: { SetAsideSchedules: 1 },
    },
  ],
  'schedule not looked at': [
    {
      event: { schedule, error },
      line: [
        'warn',
        'a job of a schedule has ended, and the schedule could not be looked at; a tick or a sweep does it',
        { schedule, error },
      ],
    },
  ],
  'schedules not fired': [
    {
      event: { fire: 3, error },
      line: [
        'error',
        'what is due in a partition of schedules could not be fired; it is tried again',
        { fire: 3, error },
      ],
      counts: { ScheduleFailures: 1 },
    },
  ],
  'firings not sent': [
    {
      event: { fires: many, error },
      line: [
        'error',
        'schedules could not be told to fire; the next tick does it',
        { fires: many.slice(0, 100), error },
      ],
      counts: { ScheduleFailures: 101 },
    },
  ],
}
testEvents(CASES)
