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
    // Deletions and changes need no pass, and what the filter drops is not billed.
    filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    // Batches of different partitions side by side: one tenant's flood does not hold up another.
    parallelizationFactor: 10,
    // A record that fails is cut out of its batch. It blocks those behind it in its lane, so it gets some twenty tries
    // and never more than an hour; then it is named in the failure queue, and the stream still has it for 23 hours.
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    retryAttempts: 20,
    maxRecordAge: Duration.hours(1),
    onFailure: new SqsDlq(streamFailures),
  })
