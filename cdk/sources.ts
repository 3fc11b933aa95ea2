/** What invokes the functions: the streams of jobs and of schedules, and the queues. */
import { Duration } from 'aws-cdk-lib'
import type { ITable, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { concurrencyOf } from './concurrency.ts'
import type { Functions } from './functions.ts'
import type { SluiceProps } from './props.ts'
import type { Channel, Queues } from './queues.ts'
import type { Tables } from './tables.ts'

export function addSources(
  { dispatcher, worker, ingest }: Functions,
  tables: Tables,
  queues: Queues,
  { workerBatchSize = 1, ...props }: SluiceProps,
): void {
  const concurrency = concurrencyOf(props)
  dispatcher.addEventSource(jobsStream(tables, queues, concurrency.streamLanes))
  dispatcher.addEventSource(schedulesStream(tables, queues))
  dispatcher.addEventSource(from(queues.wake, 10, concurrency.wake))
  ingest.addEventSource(from(queues.ingest, 10, concurrency.ingest))
  worker.addEventSource(from(queues.work, workerBatchSize, concurrency.worker))
}

const from = ({ queue }: Channel, batchSize: number, maxConcurrency: number): SqsEventSource =>
  new SqsEventSource(queue, { batchSize, maxConcurrency, reportBatchItemFailures: true })

// Sluice itself never changes a job's item, but people do: whoever puts a corrected item over a malformed one, or
// another time into a job, expects it to run. Deletions need no pass, and what the filter drops is not billed.
const jobsStream = ({ jobs }: Tables, queues: Queues, lanes: number): DynamoEventSource =>
  stream(jobs, queues, lanes, PUT)

// Whatever Sluice writes there has a version, and wakes nobody. Few put schedules by hand, and each batch goes on by messages: so one
// lane will do.
const schedulesStream = ({ schedules }: Tables, queues: Queues): DynamoEventSource =>
  stream(schedules, queues, 1, { ...PUT, dynamodb: { NewImage: { version: { N: FilterRule.notExists() } } } })

const PUT = { eventName: FilterRule.or('INSERT', 'MODIFY') }

const stream = (
  table: TableV2,
  { streamFailures }: Queues,
  parallelizationFactor: number,
  filter: Record<string, unknown>,
): DynamoEventSource =>
  new DynamoEventSource(table as ITable, {
    startingPosition: StartingPosition.TRIM_HORIZON,
    filters: [FilterCriteria.filter(filter)],
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    // Batches of different partitions side by side: one tenant's flood does not hold up another.
    parallelizationFactor,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    // No `maxRecordAge`: a backlog or an outage makes good records old, and the stream keeps them for a day by itself.
    // Tries in which the function is throttled, or not reached at all, are not counted. The others are: in an outage of
    // the database a try takes twenty seconds, so these are hours. A record that kills the function is cut out of its
    // batch, and blocks those behind it in its lane for hours at worst, not for the day. What is given up is named in the
    // failure queue, and the sweep finds its job, or its schedule, in the table.
    retryAttempts: 500,
    onFailure: new SqsDlq(streamFailures),
  })
