/** Where jobs, states, history and schedules live. */
import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  Billing,
  type GlobalSecondaryIndexPropsV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import type { Schedule } from '../lib/core/schedule/schedule.ts'
import type { DUE_INDEX as NAME } from '../lib/core/shard/due-groups.ts'
import type { ShardState } from '../lib/core/shard/state.ts'
import type { SluiceProps } from './props.ts'

export interface Tables {
  readonly jobs: TableV2
  readonly state: TableV2
  readonly history: TableV2
  readonly schedules: TableV2
}

/** Lists the shards that need attention at a time more than 15 minutes off, oldest first; and the schedules that fire. */
export const DUE_INDEX: typeof NAME = 'due'

/** Of a state item, or of a schedule's: the compiler knows how the functions call it. */
const attribute = (name: keyof ShardState): string => name
const ofSchedule = (name: keyof Schedule): string => name
const pk = { name: 'pk', type: AttributeType.STRING }
const sk = { name: 'sk', type: AttributeType.STRING }

export function createTables(
  scope: Construct,
  props: Pick<SluiceProps, 'removalPolicy' | 'deletionProtection'>,
): Tables {
  const durable = {
    billing: Billing.onDemand(),
    encryption: TableEncryptionV2.awsManagedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    deletionProtection: props.deletionProtection ?? false,
  }
  return {
    jobs: new TableV2(scope, 'JobsTable', {
      ...durable,
      partitionKey: pk,
      sortKey: sk,
      dynamoStream: StreamViewType.NEW_IMAGE,
    }),
    state: new TableV2(scope, 'StateTable', {
      ...durable,
      partitionKey: pk,
      timeToLiveAttribute: attribute('expiresAt'),
      globalSecondaryIndexes: [dueIndex(attribute('dueShard'), attribute('dueAt'))],
    }),
    history: new TableV2(scope, 'HistoryTable', {
      ...durable,
      partitionKey: pk,
      sortKey: sk,
      timeToLiveAttribute: 'expiresAt',
    }),
    schedules: new TableV2(scope, 'SchedulesTable', {
      ...durable,
      partitionKey: pk,
      globalSecondaryIndexes: [dueIndex('dueIn', ofSchedule('nextAt'))],
      dynamoStream: StreamViewType.NEW_IMAGE,
    }),
  }
}

/** An item without both keys is not in it. */
const dueIndex = (group: string, time: string): GlobalSecondaryIndexPropsV2 => ({
  indexName: DUE_INDEX,
  partitionKey: { name: group, type: AttributeType.STRING },
  sortKey: { name: time, type: AttributeType.NUMBER },
  projectionType: ProjectionType.KEYS_ONLY,
})
