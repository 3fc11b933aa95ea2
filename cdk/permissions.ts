/** Who may do what: named actions on named resources, nothing else. */
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { allow, allowKeysFrom, tell } from './allow.ts'
import type { Functions } from './functions.ts'
import { allowObjects } from './payloads.ts'
import type { Queues } from './queues.ts'
import { connectSchedules, grantSchedules } from './schedule-permissions.ts'
import { DUE_INDEX, type Tables } from './tables.ts'

/** Gives each function the names and the rights that it needs. */
export function connect(functions: Functions, tables: Tables, queues: Queues, payloads: Bucket): void {
  const { dispatcher, worker, tick, ingest } = functions
  for (const scheduler of [dispatcher, worker]) {
    allow(scheduler, tables.jobs.tableArn, 'dynamodb', ['GetItem', 'Query', 'PutItem', 'DeleteItem'])
    allow(scheduler, tables.state.tableArn, 'dynamodb', ['GetItem', 'UpdateItem'])
    // UpdateItem: how many jobs a queue has, if it may be full.
    allow(scheduler, tables.history.tableArn, 'dynamodb', ['PutItem', 'UpdateItem'])
    allow(scheduler, queues.work.queue.queueArn, 'sqs', ['SendMessage'])
    allow(scheduler, queues.wake.queue.queueArn, 'sqs', ['SendMessage'])
    tell(scheduler, {
      SLUICE_JOBS_TABLE: tables.jobs.tableName,
      SLUICE_STATE_TABLE: tables.state.tableName,
      SLUICE_HISTORY_TABLE: tables.history.tableName,
      SLUICE_WORK_QUEUE_URL: queues.work.queue.queueUrl,
      SLUICE_WAKE_QUEUE_URL: queues.wake.queue.queueUrl,
    })
  }

  connectPayloads(functions, payloads)

  allow(tick, `${tables.state.tableArn}/index/${DUE_INDEX}`, 'dynamodb', ['Query'])
  // A sweep goes through both tables; only keys of jobs are asked for, and its place is kept in the State table.
  allow(tick, tables.jobs.tableArn, 'dynamodb', ['Scan'])
  // GetItem and PutItem: the record of deployments.
  allow(tick, tables.state.tableArn, 'dynamodb', ['Scan', 'BatchGetItem', 'GetItem', 'UpdateItem', 'PutItem'])
  // The numbers of queues that may be full, which it sets against what it counts.
  allowKeysFrom(tick, tables.history.tableArn, ['$size|*'], ['Query'])
  allow(tick, queues.wake.queue.queueArn, 'sqs', ['SendMessage'])
  tell(tick, {
    SLUICE_HISTORY_TABLE: tables.history.tableName,
    SLUICE_JOBS_TABLE: tables.jobs.tableName,
    SLUICE_STATE_TABLE: tables.state.tableName,
    SLUICE_WAKE_QUEUE_URL: queues.wake.queue.queueUrl,
  })

  connectIngest(ingest, tables)
  connectSchedules(functions, tables)
}

function connectIngest(ingest: LambdaFunction, tables: Tables): void {
  // More than PutItem: events that are unique or debounced. It writes dead letters as well as receipts and locks.
  allow(ingest, tables.jobs.tableArn, 'dynamodb', REPLACE)
  allow(ingest, tables.state.tableArn, 'dynamodb', ['GetItem', 'UpdateItem'])
  // UpdateItem: how many jobs a queue has, if it may be full.
  allow(ingest, tables.history.tableArn, 'dynamodb', ['PutItem', 'UpdateItem'])
  tell(ingest, {
    SLUICE_JOBS_TABLE: tables.jobs.tableName,
    SLUICE_STATE_TABLE: tables.state.tableName,
    SLUICE_HISTORY_TABLE: tables.history.tableName,
  })
}

function connectPayloads({ worker, ingest }: Functions, payloads: Bucket): void {
  // A payload that would soon be gone is put again when an attempt reads it.
  allowObjects(worker, payloads, ['GetObject', 'PutObject'])
  allowObjects(ingest, payloads, ['PutObject'])
  for (const user of [worker, ingest]) tell(user, { SLUICE_PAYLOADS_BUCKET: payloads.bucketName })
}

/**
 * What `enqueue`, `enqueueMany` and a raw put need. Receipts of idempotency keys and locks of unique keys stand in the
 * History table; ConditionCheckItem: whether a lock's job is still there. The numbers of jobs, of queues that may be full,
 * stand in the History table, too: they are read, counted up and, near a limit that was lowered, checked.
 */
export const grantEnqueue = (grantee: IGrantable, { jobs, history }: Tables, payloads: Bucket): Grant =>
  allow(grantee, jobs.tableArn, 'dynamodb', ['PutItem', 'BatchWriteItem', 'ConditionCheckItem'])
    .combine(allowKeys(grantee, history.tableArn))
    .combine(allowObjects(grantee, payloads, ['PutObject']))

/**
 * What `enqueue` needs besides for jobs that take each other's place: it looks whether the one that is there waits, and puts
 * another there under the version of its shard's state.
 */
export const grantReplace = (grantee: IGrantable, { jobs, state, history }: Tables): Grant =>
  allow(grantee, jobs.tableArn, 'dynamodb', REPLACE)
    .combine(allow(grantee, state.tableArn, 'dynamodb', ['GetItem', 'UpdateItem']))
    .combine(allowKeys(grantee, history.tableArn))

/** What the verbs of schedules need: also to take jobs back that were put ahead, and to make one now. */
export const grantSchedule = (grantee: IGrantable, tables: Tables, { wake }: Queues): Grant =>
  grantReplace(grantee, tables)
    .combine(grantSchedules(grantee, tables))
    // What is due before the clock's next tick is fired by a message.
    .combine(allow(grantee, wake.queue.queueArn, 'sqs', ['SendMessage']))

const REPLACE = ['PutItem', 'GetItem', 'DeleteItem', 'ConditionCheckItem']

/** Receipts and locks, and the numbers of jobs; and no dead letters. */
const allowKeys = (grantee: IGrantable, historyArn: string): Grant =>
  allowKeysFrom(grantee, historyArn, ['$once|*', '$unique|*'], ['PutItem']).combine(
    allowKeysFrom(grantee, historyArn, ['$size|*'], ['UpdateItem', 'Query', 'ConditionCheckItem']),
  )

/**
 * What `setLimits`, `setAppRate`, `why`, `stats`, `partitions`, `deadLetters`, `endedJobs`, `redrive`, `strandedJobs`, `moveJobs` and `cancel`
 * need, and to see, pause and remove schedules.
 */
export const grantManage = (grantee: IGrantable, tables: Tables, { wake }: Queues, payloads: Bucket): Grant =>
  // Scan: partitions, those of an app too; PutItem: its rate; BatchGetItem: who has the units that a job waits for.
  allow(grantee, tables.state.tableArn, 'dynamodb', [
    'GetItem',
    'UpdateItem',
    'ConditionCheckItem',
    'Scan',
    'PutItem',
    'BatchGetItem',
  ])
    .combine(
      allow(grantee, tables.jobs.tableArn, 'dynamodb', [
        'Scan',
        'GetItem',
        'Query',
        'PutItem',
        'UpdateItem',
        'DeleteItem',
        'ConditionCheckItem',
      ]),
    )
    .combine(
      allow(grantee, tables.history.tableArn, 'dynamodb', ['Query', 'PutItem', 'UpdateItem', 'DeleteItem']),
    )
    .combine(grantSchedules(grantee, tables))
    .combine(allow(grantee, wake.queue.queueArn, 'sqs', ['SendMessage']))
    .combine(allowObjects(grantee, payloads, ['GetObject', 'PutObject']))
