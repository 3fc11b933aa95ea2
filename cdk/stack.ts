/** The ready-made stack: one scheduler, and the names that its callers need. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { SluiceProps } from './props.ts'
import { Sluice } from './sluice.ts'

/**
 * A stack with one scheduler, `jobs`. The names of its tables and bus and the URLs of its queues are its outputs; in a
 * stack of your own, with `Sluice` in it, make a `CfnOutput` of those that you need.
 */
export class SluiceStack extends Stack {
  readonly jobs: Sluice

  constructor(scope: Construct, id: string, props: SluiceProps, stackProps?: StackProps) {
    super(scope, id, stackProps)
    this.jobs = new Sluice(this, 'Jobs', props)
    const outputs = {
      JobsTableName: this.jobs.jobsTable.tableName,
      StateTableName: this.jobs.stateTable.tableName,
      HistoryTableName: this.jobs.historyTable.tableName,
      SchedulesTableName: this.jobs.schedulesTable.tableName,
      WorkQueueUrl: this.jobs.workQueue.queueUrl,
      WakeQueueUrl: this.jobs.wakeQueue.queueUrl,
      IngestQueueUrl: this.jobs.ingestQueue.queueUrl,
      PayloadsBucketName: this.jobs.payloadsBucket.bucketName,
      EventBusName: this.jobs.eventBus.eventBusName,
    }
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value })
  }
}
