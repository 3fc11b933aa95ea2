/** Where jobs, states and history live. */
import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import type { DUE_INDEX as NAME } from '../lib/core/shard/due-groups.ts'
import type { ShardState } from '../lib/core/shard/state.ts'
import type { SluiceProps } from './props.ts'

export interface Tables {
  readonly jobs: TableV2
  readonly state: TableV2
  readonly history: TableV2
}

/** Lists the shards that need attention at a time more than 15 minutes off, oldest first. */
export const DUE_INDEX: typeof NAME = 'due'

/** Of a state item: the compiler knows how the functions call it. */
const attribute = (name: keyof ShardState): string => name
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
      globalSecondaryIndexes: [
        {
          indexName: DUE_INDEX,
          partitionKey: { name: attribute('dueShard'), type: AttributeType.STRING },
          sortKey: { name: attribute('dueAt'), type: AttributeType.NUMBER },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
    }),
    history: new TableV2(scope, 'HistoryTable', {
      ...durable,
      partitionKey: pk,
      sortKey: sk,
      timeToLiveAttribute: 'expiresAt',
    }),
  }
}
