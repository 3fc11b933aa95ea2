/** What every event is in the log, and what it counts for the alarms. The texts are what people search for. */
import type { EventKind } from '../../../lib/core/event.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { LendingEvents } from '../../../lib/core/limits/lending-event.ts'
import { poolNamed } from '../../../lib/core/limits/limiter-name.ts'
import type { ScheduleEvents } from '../../../lib/core/schedule/schedule-event.ts'
import { asId, configOf, jobItem, jobOf, NOW, SHARD } from '../../support/builders.ts'
import { type Cases, testEvents } from './event-cases.ts'

const error = new Error('no')
const job = jobOf(configOf({ concurrency: 1 }), jobItem({ id: 'a', attempt: 2 }))
const JOB = { shard: SHARD, job: 'a', task: 'sync', attempt: 2 }
const [shard, endedAt, at] = [SHARD, NOW, NOW + 1500]
const RETRY = { kind: 'retry', at, error: 'Error: no' } as const
const SWEPT = { items: 3, jobShards: 2, pages: 5, woken: 1, stranded: 2, damaged: 0 }
const PARTS = ['jobs', 'states 1 of 4']
const many = Array.from({ length: 101 }, (_, n) => `crm|${n}` as ShardKey)

const begun = { ...job, startedAt: job.runAt + 4200 }

/** One of each kind: the compiler asks for a new one. Those of schedules, of lending, and of what people change are in files of their own. */
const CASES: Cases<Exclude<EventKind, keyof ScheduleEvents | keyof LendingEvents | 'changed by hand'>> = {
  'job claimed': [
    { event: { job, claimedAt: job.runAt - 1 }, line: ['debug', 'job claimed', { ...JOB, waited_ms: 0 }] },
    {
      event: { job: { ...job, waits_ms: { slots: 7 } }, claimedAt: job.runAt + 9 },
      line: ['debug', 'job claimed', { ...JOB, waited_ms: 9, waits_ms: { slots: 7 } }],
    },
  ],
  'jobs held': [
    {
      event: { shard, holds: [{ reason: 'slots', jobs: 2, inFlight: 1, slots: 1 }] },
      line: [
        'debug',
        'jobs are held',
        { shard, holds: [{ reason: 'slots', jobs: 2, inFlight: 1, slots: 1 }] },
      ],
    },
  ],
  'job started': [
    { event: { job }, line: ['debug', 'job started', JOB] },
    { event: { job: begun }, line: ['debug', 'job started', { ...JOB, waited_ms: 4200 }] },
  ],
  'job ended': [
    { event: { job, ending: { kind: 'done' }, endedAt }, line: ['debug', 'job done', JOB] },
    {
      event: { job: begun, ending: { kind: 'done' }, endedAt },
      line: ['debug', 'job done', { ...JOB, waited_ms: 4200 }],
    },
    {
      event: { job, ending: RETRY, endedAt },
      line: ['warn', 'attempt failed', { ...JOB, error: 'Error: no', delay_ms: 1500 }],
    },
    {
      event: {
        job,
        ending: { kind: 'given back', to: 'a newer worker', unknownSince: NOW, at, error: 'no task' },
        endedAt,
      },
      line: ['warn', 'job left to a newer worker', { ...JOB, reason: 'no task', delay_ms: 1500 }],
    },
    {
      event: { job, ending: { kind: 'given back', to: 'a process of its own', at, error: 'died' }, endedAt },
      line: ['warn', 'attempt will be made again, alone', { ...JOB, error: 'died', delay_ms: 1500 }],
    },
    {
      event: { job, ending: { kind: 'dead', reason: 'exhausted', error: 'Error: no' }, endedAt },
      line: ['error', 'job exhausted its attempts', { ...JOB, error: 'Error: no' }],
    },
  ],
  'job slowed down': [
    {
      event: { job, ending: { kind: 'slowed', until: at, error: 'HTTP 429' } },
      line: [
        'warn',
        'a job has slowed its partition down, and goes back unspent',
        { ...JOB, until: new Date(at).toISOString(), reason: 'HTTP 429' },
      ],
    },
    {
      event: { job, ending: { kind: 'slowed', until: at, error: 'HTTP 429', limiter: poolNamed('api') } },
      line: [
        'warn',
        'a job has slowed a limiter down, and goes back unspent',
        { ...JOB, limiter: 'pool|api', until: new Date(at).toISOString(), reason: 'HTTP 429' },
      ],
    },
  ],
  'history not written': [
    {
      event: { job, error },
      line: ['error', 'a job ends, and could not be remembered', { ...JOB, error }],
    },
  ],
  'job not ended': [
    {
      event: { job, ending: RETRY, error },
      line: [
        'error',
        'the ending of a job could not be written; it is tried again after its deadline',
        { ...JOB, ending: 'retry', reason: 'Error: no', error },
      ],
    },
  ],
  'item refused': [
    {
      event: { key: { pk: 'crm', sk: 'x' }, reason: 'no task' },
      line: ['error', 'job refused', { pk: 'crm', sk: 'x', reason: 'no task' }],
    },
  ],
  'job replaced': [
    {
      event: { job, ending: { kind: 'done' } },
      line: ['warn', 'job replaced while it ran', { ...JOB, ending: 'done' }],
    },
  ],
  'job gone': [
    {
      event: { job, ending: RETRY },
      line: ['debug', 'job gone while it ran', { ...JOB, ending: 'retry', reason: 'Error: no' }],
    },
  ],
  'job not begun': [
    {
      event: { shard, id: asId('a'), error },
      line: ['error', 'a job could not begin; it goes back', { shard, job: 'a', error }],
    },
  ],
  'arrival failed': [
    {
      event: { shard, error },
      line: ['error', 'a new job could not be looked at; it will be tried again', { shard, error }],
      counts: { ShardFailures: 1 },
    },
  ],
  'wake-up failed': [
    {
      event: { shard },
      line: ['debug', 'a wake-up failed and will come again', { shard }],
      counts: { ShardFailures: 1 },
    },
  ],
  'shard damaged': [
    {
      event: { shard, error },
      line: ['error', 'a shard stands still', { shard, error }],
      counts: { DamagedShards: 1 },
    },
  ],
  'override makes no sense': [
    {
      event: { shard, problem: 'no number' },
      line: ['error', 'an override makes no sense: its shard stands still', { shard, problem: 'no number' }],
      counts: { DamagedShards: 1 },
    },
  ],
  'jobs moved': [
    {
      event: { shard, jobs: 3 },
      line: ['info', 'jobs were moved to the lanes they belong to', { shard, jobs: 3 }],
    },
  ],
  'visit cut short': [
    { event: { shard, error }, line: ['error', 'a shard could not be visited to the end', { shard, error }] },
  ],
  'claims not sent': [
    {
      event: { jobs: 3, error },
      line: ['error', 'claims could not be sent; they will be sent again', { jobs: 3, error }],
    },
  ],
  'wake-up not sent': [
    {
      event: { shard, error },
      line: ['error', 'a wake-up could not be sent; the sweep will do without it', { shard, error }],
    },
  ],
  'books not settled': [
    {
      event: { shard, error },
      line: [
        'error',
        'the books of a partition could not be settled; its shard is looked at again',
        { shard, error },
      ],
    },
  ],
  'wake-ups not sent': [
    {
      event: { shards: many, error },
      line: [
        'error',
        'shards could not be woken; it will be tried again',
        { count: 101, shards: many.slice(0, 100), error },
      ],
      counts: { ShardFailures: 101 },
    },
  ],
  ticked: [{ event: { woken: 4, fired: 2 }, line: ['info', 'tick', { woken: 4, fired: 2 }] }],
  'state item damaged': [
    {
      event: { shard, problem: 'odd' },
      line: ['error', 'a state item makes no sense: mend or delete it', { shard, problem: 'odd' }],
    },
  ],
  'sweep of a part failed': [
    {
      event: { part: 'jobs', error },
      line: [
        'error',
        'a part of a table was not swept to its end; the next sweep goes on there',
        { part: 'jobs', error },
      ],
    },
  ],
  'shards stranded': [
    {
      event: { count: 3, ofQueue: new Map([['gone', 3]]) },
      line: [
        'warn',
        'jobs stand in shards whose queue, or its partition rule, is not in the configuration',
        { shardsOfQueue: { gone: 3 } },
      ],
      counts: { StrandedShards: 3 },
    },
  ],
  swept: [
    {
      event: { ...SWEPT, parts: 2, ended: PARTS, failed: [] },
      line: ['info', 'sweep', { ...SWEPT, ended: PARTS, failed: [], isWholeRound: true }],
      counts: { Sweeps: 1 },
    },
    {
      event: { ...SWEPT, damaged: 2, parts: 2, ended: [], failed: ['jobs'] },
      line: ['info', 'sweep', { ...SWEPT, damaged: 2, ended: [], failed: ['jobs'], isWholeRound: false }],
      counts: { ShardFailures: 1, Sweeps: 1, DamagedShards: 2 },
    },
    {
      event: { ...SWEPT, parts: 2, ended: [], failed: PARTS },
      line: ['info', 'sweep', { ...SWEPT, ended: [], failed: PARTS, isWholeRound: false }],
      counts: { ShardFailures: 2 },
    },
  ],
  'message refused': [
    {
      event: { queue: 'wake', messageId: 'm', reason: 'odd' },
      line: ['error', 'wake message refused', { messageId: 'm', reason: 'odd' }],
    },
    {
      event: { queue: 'work', reason: 'odd' },
      line: ['error', 'work message refused', { reason: 'odd' }],
    },
  ],
  'event refused': [
    { event: { id: 'e', reason: 'odd' }, line: ['error', 'event refused', { id: 'e', reason: 'odd' }] },
  ],
  'deployment recorded': [
    {
      event: { step: { requestId: 'r', stage: 'begins', configuration: 'c' } },
      line: ['info', 'a deployment begins', { requestId: 'r', stage: 'begins', configuration: 'c' }],
    },
  ],
  'size too large': [
    {
      event: { queue: 'crm', jobs: 7 },
      line: [
        'error',
        "a queue counts jobs that are not there: call recount('crm')",
        { queue: 'crm', jobs: 7 },
      ],
      counts: { DamagedShards: 1 },
    },
  ],
  'stops not read': [
    {
      event: { shard: SHARD, error },
      line: [
        'error',
        'whether somebody has stopped a shard could not be read; a job starts there as it was claimed',
        { shard: SHARD, error },
      ],
    },
  ],
  'queue settings not read': [
    {
      event: { error },
      line: ['error', 'what is set for queues could not be read; what was known before holds', { error }],
    },
  ],
  'deployments not read': [
    {
      event: { error },
      line: ['error', 'the record of deployments could not be read; work goes on', { error }],
    },
  ],
}
testEvents(CASES)
