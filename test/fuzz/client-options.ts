/** A client, or an admin, whose commands are recorded, and go nowhere. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { record, type Sent } from '../support/record-commands.ts'

const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

export const recordedClients = (sent: Sent[]) => ({
  jobsTable: 'jobs',
  stateTable: 'state',
  historyTable: 'history',
  wakeQueueUrl: 'http://localhost/wake',
  dynamodb: record(new DynamoDBClient(AWS), sent),
  sqs: record(new SQSClient(AWS), sent),
})
