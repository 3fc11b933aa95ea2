/**
 * Every right that the template grants, and by which scenario it is used. A right that no call of ours uses is there for
 * another reason, which it names.
 */
import type { ScenarioName } from './scenarios.ts'

/** Why somebody has a right that none of our calls uses. */
interface Reason {
  readonly because: string
}
export type Use = ScenarioName | Reason
type Table = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Use>>>>>>

const because = (reason: string): Reason => ({ because: reason })

const LOGS = {
  'logs:CreateLogStream': because('Lambda writes the function’s log'),
  'logs:PutLogEvents': because('Lambda writes the function’s log'),
}
const POLL = because('Lambda polls the queue under the function’s role')
const ADDED = because('the CDK’s own grant adds it; nobody calls it')
const CONSUME = {
  'sqs:ReceiveMessage': POLL,
  'sqs:DeleteMessage': POLL,
  'sqs:GetQueueAttributes': POLL,
  'sqs:ChangeMessageVisibility': ADDED,
  'sqs:GetQueueUrl': ADDED,
}
const FOLLOW = because('Lambda reads the stream under the function’s role')
const STREAM = {
  'dynamodb:DescribeStream': FOLLOW,
  'dynamodb:GetRecords': FOLLOW,
  'dynamodb:GetShardIterator': FOLLOW,
  'dynamodb:ListStreams': FOLLOW,
}
const LIST = {
  's3:ListBucket': because('no call: without it S3 answers "access denied" for an object that is not there'),
}

const FIRES = because('schedules that are due are fired by it')
const REMOVES = because('a schedule of one time is gone when its job has succeeded')
const DECLARES = because('it makes schedules of those that the configuration declares')
const TAKES_BACK = because('jobs of a declared schedule that was changed, put ahead by then, are taken back')
const SCHEDULES = because('the verbs of schedules')

export const TABLE: Table = {
  JobsDispatcher: {
    JobsTable: {
      'dynamodb:GetItem': 'a malformed item',
      'dynamodb:Query': 'a job',
      'dynamodb:PutItem': 'a process that dies',
      'dynamodb:DeleteItem': 'a malformed item',
      'dynamodb:ConditionCheckItem': FIRES,
    },
    SchedulesTable: {
      'dynamodb:GetItem': FIRES,
      'dynamodb:BatchGetItem': FIRES,
      'dynamodb:PutItem': FIRES,
      'dynamodb:DeleteItem': FIRES,
    },
    'SchedulesTable/index/due': { 'dynamodb:Query': FIRES },
    'SchedulesTable/stream/local': STREAM,
    'JobsTable/stream/local': STREAM,
    StateTable: { 'dynamodb:GetItem': 'a job', 'dynamodb:UpdateItem': 'a job' },
    HistoryTable: {
      'dynamodb:Query': FIRES,
      'dynamodb:PutItem': 'a malformed item',
      'dynamodb:UpdateItem': 'a malformed item that counts',
    },
    WorkQueue: { 'sqs:SendMessage': 'a job' },
    WakeQueue: { ...CONSUME, 'sqs:SendMessage': 'a delayed job' },
    StreamFailures: {
      'sqs:SendMessage': because('Lambda names the batches of the stream that it gives up'),
      'sqs:GetQueueAttributes': ADDED,
      'sqs:GetQueueUrl': ADDED,
    },
    DispatcherLogs: LOGS,
  },
  JobsWorker: {
    JobsTable: {
      'dynamodb:GetItem': 'a job',
      'dynamodb:Query': 'a job behind another',
      'dynamodb:PutItem': 'an attempt that fails',
      'dynamodb:DeleteItem': 'a job',
    },
    StateTable: { 'dynamodb:GetItem': 'a job behind another', 'dynamodb:UpdateItem': 'a job' },
    HistoryTable: {
      'dynamodb:PutItem': 'a last attempt that fails',
      'dynamodb:UpdateItem': 'a job that counts',
    },
    SchedulesTable: { 'dynamodb:GetItem': REMOVES, 'dynamodb:DeleteItem': REMOVES },
    WorkQueue: { ...CONSUME, 'sqs:SendMessage': 'a long chain' },
    WakeQueue: { 'sqs:SendMessage': 'a service that asks for time' },
    PayloadsBucket: LIST,
    'PayloadsBucket/90d/*': {
      's3:GetObject': 'a large payload that is old',
      's3:PutObject': 'a large payload that is old',
    },
    'PayloadsBucket/400d/*': {
      's3:GetObject': 'a large payload that is old',
      's3:PutObject': 'a large payload that is old',
    },
    WorkerLogs: LOGS,
  },
  JobsTick: {
    'StateTable/index/due': { 'dynamodb:Query': 'a tick' },
    StateTable: {
      'dynamodb:Scan': 'a sweep',
      'dynamodb:BatchGetItem': 'a sweep',
      'dynamodb:GetItem': 'a sweep',
      'dynamodb:UpdateItem': 'a sweep that goes on where one has stopped',
      'dynamodb:PutItem': 'a deploy',
    },
    JobsTable: {
      'dynamodb:Scan': 'a sweep',
      'dynamodb:GetItem': TAKES_BACK,
      'dynamodb:DeleteItem': TAKES_BACK,
    },
    HistoryTable: { 'dynamodb:Query': 'a sweep', 'dynamodb:UpdateItem': TAKES_BACK },
    SchedulesTable: {
      'dynamodb:Scan': DECLARES,
      'dynamodb:GetItem': DECLARES,
      'dynamodb:PutItem': DECLARES,
      'dynamodb:DeleteItem': DECLARES,
    },
    'SchedulesTable/index/due': { 'dynamodb:Query': FIRES },
    WakeQueue: { 'sqs:SendMessage': 'a sweep' },
    TickLogs: LOGS,
  },
  JobsIngest: {
    JobsTable: {
      'dynamodb:PutItem': 'an event',
      'dynamodb:GetItem': 'events that are debounced',
      'dynamodb:DeleteItem': 'events that are debounced',
      'dynamodb:ConditionCheckItem': 'events that are unique',
    },
    StateTable: {
      'dynamodb:GetItem': 'events that are debounced',
      'dynamodb:UpdateItem': 'events that are debounced',
    },
    HistoryTable: {
      'dynamodb:PutItem': 'an event that is refused',
      'dynamodb:UpdateItem': 'an event that counts',
    },
    'PayloadsBucket/90d/*': { 's3:PutObject': 'large events' },
    'PayloadsBucket/400d/*': { 's3:PutObject': 'large events' },
    IngestQueue: CONSUME,
    IngestLogs: LOGS,
  },
  /** Has `grantEnqueue`. */
  Enqueuer: {
    JobsTable: {
      'dynamodb:PutItem': 'enqueue',
      'dynamodb:BatchWriteItem': 'enqueueMany',
      'dynamodb:ConditionCheckItem': 'enqueue, unique',
    },
    HistoryTable: {
      'dynamodb:PutItem': 'enqueue, once',
      'dynamodb:Query': 'enqueue where it may be full',
      'dynamodb:UpdateItem': 'enqueue where it may be full',
      'dynamodb:ConditionCheckItem': 'enqueue where the limit was lowered',
    },
    'PayloadsBucket/90d/*': { 's3:PutObject': 'enqueue, large' },
    'PayloadsBucket/400d/*': { 's3:PutObject': 'enqueue, large' },
  },
  /** Has `grantReplace`. */
  Replacer: {
    JobsTable: {
      'dynamodb:PutItem': 'enqueue, debounced',
      'dynamodb:GetItem': 'enqueue, debounced',
      'dynamodb:DeleteItem': 'enqueue, debounced',
      'dynamodb:ConditionCheckItem': 'enqueue, debounced',
    },
    StateTable: {
      'dynamodb:GetItem': 'enqueue, debounced',
      'dynamodb:UpdateItem': 'enqueue, debounced',
    },
    HistoryTable: {
      'dynamodb:PutItem': 'enqueue, debounced',
      'dynamodb:Query': 'enqueue, debounced where it may be full',
      'dynamodb:UpdateItem': 'enqueue, debounced where it may be full',
      'dynamodb:ConditionCheckItem': 'enqueue, debounced where it may be full',
    },
  },
  /** Has `grantManage`. */
  Manager: {
    StateTable: {
      'dynamodb:GetItem': 'setLimits',
      'dynamodb:UpdateItem': 'setLimits',
      'dynamodb:ConditionCheckItem': 'moveJobs',
      'dynamodb:Scan': 'setAppRate',
      'dynamodb:PutItem': 'setAppRate',
      'dynamodb:BatchGetItem': 'why, of a job that waits for a unit, of the tag and of the queue',
    },
    JobsTable: {
      'dynamodb:Scan': 'strandedJobs',
      'dynamodb:GetItem': 'cancel',
      'dynamodb:UpdateItem': 'cancel',
      'dynamodb:ConditionCheckItem': 'redrive of a unique job',
      'dynamodb:Query': 'moveJobs',
      'dynamodb:PutItem': 'moveJobs',
      'dynamodb:DeleteItem': 'moveJobs',
    },
    HistoryTable: {
      'dynamodb:Query': 'redrive',
      'dynamodb:PutItem': 'moveJobs to the dead letters',
      'dynamodb:UpdateItem': 'moveJobs where it may be full',
      'dynamodb:DeleteItem': 'redrive',
    },
    SchedulesTable: {
      'dynamodb:GetItem': SCHEDULES,
      'dynamodb:PutItem': SCHEDULES,
      'dynamodb:DeleteItem': SCHEDULES,
      'dynamodb:Scan': SCHEDULES,
    },
    WakeQueue: { 'sqs:SendMessage': 'setLimits' },
    PayloadsBucket: LIST,
    'PayloadsBucket/90d/*': { 's3:GetObject': 'moveJobs', 's3:PutObject': 'moveJobs' },
    'PayloadsBucket/400d/*': { 's3:GetObject': 'moveJobs', 's3:PutObject': 'moveJobs' },
  },
}
