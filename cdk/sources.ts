/** What invokes the functions: the Jobs stream, and the queues. */
import { Duration } from 'aws-cdk-lib'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Functions } from './functions.ts'
import type { SluiceProps } from './props.ts'
import type { Queues } from './queues.ts'
import type { Tables } from './tables.ts'

type WorkerLimits = Pick<SluiceProps, 'workerBatchSize' | 'workerMaxConcurrency'>

export function addSources(functions: Functions, tables: Tables, queues: Queues, limits: WorkerLimits): void {
  const { dispatcher, worker, ingest } = functions
  dispatcher.addEventSource(jobsStream(tables, queues))
  dispatcher.addEventSource(
    new SqsEventSource(queues.wake.queue, { batchSize: 10, reportBatchItemFailures: true }),
  )
  ingest.addEventSource(
    new SqsEventSource(queues.ingest.queue, { batchSize: 10, reportBatchItemFailures: true }),
  )
  worker.addEventSource(
    new SqsEventSource(queues.work.queue, {
      batchSize: limits.workerBatchSize ?? 1,
      ...(limits.workerMaxConcurrency === undefined ? {} : { maxConcurrency: limits.workerMaxConcurrency }),
      reportBatchItemFailures: true,
    }),
  )
}

const jobsStream = ({ jobs }: Tables, { streamFailures }: Queues): DynamoEventSource =>
  new DynamoEventSource(jobs as ITable, {
    startingPosition: StartingPosition.TRIM_HORIZON,
    // Sluice itself never changes a job's item, but people do: whoever puts a corrected item over a malformed one, or
    // another time into a job, expects it to run. Deletions need no pass, and what the filter drops is not billed.
    filters: [FilterCriteria.filter({ eventName: FilterRule.or('INSERT', 'MODIFY') })],
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    // Batches of different partitions side by side: one tenant's flood does not hold up another.
    parallelizationFactor: 10,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    // No `maxRecordAge`: a backlog or an outage makes good records old, and the stream keeps them for a day by itself.
    // Tries in which the function is throttled, or not reached at all, are not counted. The others are: in an outage of
    // the database a try takes twenty seconds, so these are hours. A record that kills the function is cut out of its
    // batch, and blocks those behind it in its lane for hours at worst, not for the day. What is given up is named in the
    // failure queue, and the sweep finds its job in the table.
    retryAttempts: 500,
    onFailure: new SqsDlq(streamFailures),
  })
