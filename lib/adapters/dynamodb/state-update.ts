/** One write of a shard's item, on a condition. */
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { ShardKey } from '../../core/keys.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { ALL_NEW, ALL_OLD, type Database, isConditionFailed, toItem } from './database.ts'
import type { UpdateExpression } from './expression.ts'
import { unlessInTheWay } from './in-the-way.ts'
import { toState } from './state-item.ts'

export type Updated = { readonly kind: 'updated'; readonly state: ShardState }
export type Failed = {
  readonly kind: 'failed'
  readonly state?: ShardState
  /** The SDK sent the call again by itself, for it had got no reply. */
  readonly wasSentAgain: boolean
}

/** Both outcomes carry the item, which spares a read. */
export async function update(
  { client, tables }: Database,
  shard: ShardKey,
  change: UpdateExpression,
): Promise<Updated | Failed> {
  try {
    const call = {
      TableName: tables.state,
      Key: toItem({ pk: shard }),
      ...change.build(),
      ReturnValues: ALL_NEW,
      ReturnValuesOnConditionCheckFailure: ALL_OLD,
    }
    // Jobs are cancelled, moved and replaced in transactions that bump the version.
    const { Attributes = {} } = await unlessInTheWay(() => client.send(new UpdateItemCommand(call)))
    return { kind: 'updated', state: toState(Attributes) }
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    const { $metadata, Item } = error
    return {
      kind: 'failed',
      wasSentAgain: ($metadata.attempts ?? 1) > 1,
      ...(Item ? { state: toState(Item) } : {}),
    }
  }
}
