/** Events as lines of the log. */
import type { EventKind, SluiceEvent } from '../../core/event.ts'
import { waitOf } from '../../core/job/wait.ts'
import type { Events } from '../../ports/events.ts'
import type { Logger } from '../../ports/logger.ts'
import { lineOfChange } from './change-lines.ts'
import { endingKeys, type Line, lineOfEnding, logKeysOf, NAMED } from './job-lines.ts'
import { LENDING_LINES } from './lending-lines.ts'
import { SCHEDULE_LINES } from './schedule-lines.ts'

export const eventsToLog = (logger: Logger): Events => ({
  emit: (event) => {
    const [level, message, details] = lineOf(event)
    logger[level](message, details)
  },
})

const lineOf = <Kind extends EventKind>(event: SluiceEvent<Kind>): Line => LINES[event.kind](event)

const LINES: { readonly [Kind in EventKind]: (event: SluiceEvent<Kind>) => Line } = {
  'job claimed': ({ job, claimedAt }) => [
    'debug',
    'job claimed',
    { ...logKeysOf(job), ...waitOf({ ...job, startedAt: claimedAt }) },
  ],
  'job started': ({ job }) => ['debug', 'job started', { ...logKeysOf(job), ...waitOf(job) }],
  'job ended': lineOfEnding,
  'job slowed down': ({ job, ending: { until, error, limiter } }) => [
    'warn',
    limiter === undefined
      ? 'a job has slowed its partition down, and goes back unspent'
      : 'a job has slowed a limiter down, and goes back unspent',
    { ...logKeysOf(job), ...(limiter && { limiter }), until: new Date(until).toISOString(), reason: error },
  ],
  'job not ended': ({ job, ending, error }) => [
    'error',
    'the ending of a job could not be written; it is tried again after its deadline',
    { ...logKeysOf(job), ...endingKeys(ending), error },
  ],
  'item refused': ({ key: { pk, sk }, reason }) => ['error', 'job refused', { pk, sk, reason }],
  'job replaced': ({ job, ending }) => [
    'warn',
    'job replaced while it ran',
    { ...logKeysOf(job), ...endingKeys(ending) },
  ],
  'job gone': ({ job, ending }) => [
    'debug',
    'job gone while it ran',
    { ...logKeysOf(job), ...endingKeys(ending) },
  ],
  'history not written': ({ job, error }) => [
    'error',
    'a job ends, and could not be remembered',
    { ...logKeysOf(job), error },
  ],
  'job not begun': ({ shard, id, error }) => [
    'error',
    'a job could not begin; it goes back',
    { shard, job: id, error },
  ],
  'stops not read': ({ shard, error }) => [
    'error',
    'whether somebody has stopped a shard could not be read; a job starts there as it was claimed',
    { shard, error },
  ],
  'arrival failed': ({ shard, error }) => [
    'error',
    'a new job could not be looked at; it will be tried again',
    { shard, error },
  ],
  'wake-up failed': ({ shard }) => ['debug', 'a wake-up failed and will come again', { shard }],
  'shard damaged': ({ shard, error }) => ['error', 'a shard stands still', { shard, error }],
  'override makes no sense': ({ shard, problem }) => [
    'error',
    'an override makes no sense: its shard stands still',
    { shard, problem },
  ],
  'jobs held': ({ shard, holds }) => ['debug', 'jobs are held', { shard, holds }],
  'jobs moved': ({ shard, jobs }) => ['info', 'jobs were moved to the lanes they belong to', { shard, jobs }],
  'visit cut short': ({ shard, error }) => [
    'error',
    'a shard could not be visited to the end',
    { shard, error },
  ],
  'claims not sent': ({ jobs, error }) => [
    'error',
    'claims could not be sent; they will be sent again',
    { jobs, error },
  ],
  'wake-up not sent': ({ shard, error }) => [
    'error',
    'a wake-up could not be sent; the sweep will do without it',
    { shard, error },
  ],
  'books not settled': ({ shard, error }) => [
    'error',
    'the books of a partition could not be settled; its shard is looked at again',
    { shard, error },
  ],
  'wake-ups not sent': ({ shards, error }) => [
    'error',
    'shards could not be woken; it will be tried again',
    { count: shards.length, shards: shards.slice(0, NAMED), error },
  ],
  ticked: ({ woken, fired }) => ['info', 'tick', { woken, fired }],
  'state item damaged': ({ shard, problem }) => [
    'error',
    'a state item makes no sense: mend or delete it',
    { shard, problem },
  ],
  'sweep of a part failed': ({ part, error }) => [
    'error',
    'a part of a table was not swept to its end; the next sweep goes on there',
    { part, error },
  ],
  'shards stranded': ({ ofQueue }) => [
    'warn',
    'jobs stand in shards whose queue, or its partition rule, is not in the configuration',
    { shardsOfQueue: Object.fromEntries([...ofQueue].slice(0, NAMED)) },
  ],
  'size too large': ({ queue, jobs }) => [
    'error',
    `a queue counts jobs that are not there: call recount('${queue}')`,
    { queue, jobs },
  ],
  swept: ({ kind: _, parts, ...result }) => [
    'info',
    'sweep',
    { ...result, isWholeRound: result.ended.length === parts },
  ],
  ...LENDING_LINES,
  ...SCHEDULE_LINES,
  'changed by hand': lineOfChange,
  'message refused': ({ kind: _, queue, ...details }) => ['error', `${queue} message refused`, details],
  'event refused': ({ id, reason }) => ['error', 'event refused', { id, reason }],
  'deployment recorded': ({ step }) => ['info', `a deployment ${step.stage}`, { ...step }],
  'deployments not read': ({ error }) => [
    'error',
    'the record of deployments could not be read; work goes on',
    { error },
  ],
  'queue settings not read': ({ error }) => [
    'error',
    'what is set for queues could not be read; what was known before holds',
    { error },
  ],
}
