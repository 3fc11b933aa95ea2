/** What the commands of the README need to know, under the names that they use, whatever outputs a stack has. */
import type { Cloud, ResourceInfo } from './cloud.ts'

/** Output of the ready-made stack → type of the resource, and its id in the construct. */
const KNOWN: Readonly<Record<string, readonly [type: string, id: string]>> = {
  JobsTableName: ['::DynamoDB::', 'JobsTable'],
  StateTableName: ['::DynamoDB::', 'StateTable'],
  HistoryTableName: ['::DynamoDB::', 'HistoryTable'],
  SchedulesTableName: ['::DynamoDB::', 'SchedulesTable'],
  WorkQueueUrl: ['::SQS::Queue', 'WorkQueue'],
  WakeQueueUrl: ['::SQS::Queue', 'WakeQueue'],
  IngestQueueUrl: ['::SQS::Queue', 'IngestQueue'],
  PayloadsBucketName: ['::S3::', 'PayloadsBucket'],
  EventBusName: ['::EventBus', 'EventBus'],
}

/** The stack's outputs, and what it has no output for by the resource: the first, if there are several. */
export function namesOf({
  outputs,
  resources,
}: Pick<Cloud, 'outputs' | 'resources'>): Record<string, string> {
  const names = Object.entries(KNOWN).flatMap(([name, [type, id]]) => {
    const found = Object.entries(resources).find(([logicalId, it]) => {
      return it.type.includes(type) && hasId(logicalId, id)
    })
    return found ? [[name, nameOf(found[1])] as const] : []
  })
  return { ...Object.fromEntries(names), ...outputs }
}

/** A logical id is the path of ids, and a hash of it. */
function hasId(logicalId: string, id: string): boolean {
  return logicalId.replace(/[0-9A-F]{8}$/, '').endsWith(id)
}

function nameOf({ name, url }: ResourceInfo): string {
  return url ?? name
}
