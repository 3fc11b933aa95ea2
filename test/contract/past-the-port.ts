/** What stands in the tables although no verb of the port writes it: by hand, or by earlier versions. */
import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { type Database, toItem } from '../../lib/adapters/dynamodb/database.ts'
import { ScheduleTable } from '../../lib/adapters/memory/schedule-table.ts'
import type { Tables } from '../../lib/adapters/memory/tables.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { LimitOverride } from '../../lib/core/limits/limits.ts'
import type { RawSchedule } from '../../lib/core/schedule/schedule-item.ts'
import { PARTITIONS_PK } from '../../lib/core/schedule/schedule-key.ts'
import { emptyState } from '../../lib/core/shard/state.ts'

export interface PastThePort {
  /** Sets a limit, and leaves the version as it is. */
  override(shard: ShardKey, limits: LimitOverride): Promise<void>
  /** Deletes the item, as DynamoDB does when its time has come. */
  expire(shard: ShardKey): Promise<void>
  /** Enters the numbers of shards that an earlier version had for a queue. */
  register(queue: string, ...counts: number[]): Promise<void>
  /** Puts an item of the Schedules table, whatever stands there. */
  putSchedule(item: RawSchedule): Promise<void>
  /** Puts what is noted of all partitions of schedules. */
  putPartitions(note: Readonly<Record<string, unknown>>): Promise<void>
}

export const inMemory = (tables: Tables): PastThePort => ({
  override: async (shard, override) =>
    void tables.states.set(shard, { ...(tables.states.get(shard) ?? emptyState(shard)), override }),
  expire: async (shard) => void tables.states.delete(shard),
  register: async (queue, ...counts) => void tables.earlierShards.set(queue, new Set(counts)),
  putSchedule: async (item) => {
    tables.schedules ??= new ScheduleTable()
    tables.schedules.set(item.pk, structuredClone(item))
  },
  putPartitions: async (note) => {
    tables.schedulePartitions = note
  },
})

export const inDatabase = (database: Database): PastThePort => ({
  override: (shard, limits) => setAttributes(database, shard, { override: limits }),
  expire: async (shard) => {
    const { client, tables } = database
    await client.send(new DeleteItemCommand({ TableName: tables.state, Key: toItem({ pk: shard }) }))
  },
  register: (queue, ...counts) => setAttributes(database, `$queue|${queue}`, { layouts: new Set(counts) }),
  putSchedule: (item) => putSchedule(database, item),
  putPartitions: (note) => putSchedule(database, { ...note, pk: PARTITIONS_PK }),
})

async function putSchedule({ client, tables }: Database, item: RawSchedule): Promise<void> {
  await client.send(new PutItemCommand({ TableName: tables.schedules, Item: toItem(item) }))
}

/** Of one state item, with nothing checked. */
export async function setAttributes(
  { client, tables }: Database,
  pk: string,
  attributes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(attributes)
  await client.send(
    new UpdateItemCommand({
      TableName: tables.state,
      Key: toItem({ pk }),
      UpdateExpression: `SET ${names.map((_, n) => `#n${n} = :v${n}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name, n) => [`#n${n}`, name])),
      ExpressionAttributeValues: toItem(
        Object.fromEntries(names.map((name, n) => [`:v${n}`, attributes[name]])),
      ),
    }),
  )
}
