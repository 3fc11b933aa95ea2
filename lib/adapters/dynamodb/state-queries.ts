/** What is read of many state items: the due index, the whole table a page at a time, and the states of some shards. */
import { BatchGetItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { ShardKey } from '../../core/keys.ts'
import { DUE_INDEX } from '../../core/shard/due-groups.ts'
import type { ShardGlance } from '../../core/shard/state.ts'
import type { DamagedItem, DueShard, Glances, ScanPage, ScanQuery } from '../../ports/store.ts'
import { type Database, fromItem, type Item, toItem } from './database.ts'
import { PROJECTION, toGlance } from './state-glance.ts'

export async function dueShards(
  { client, tables }: Database,
  group: string,
  until: number,
): Promise<readonly DueShard[]> {
  const found: DueShard[] = []
  let from: Item | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: tables.state,
        IndexName: DUE_INDEX,
        KeyConditionExpression: 'dueShard = :group AND dueAt <= :until',
        ExpressionAttributeValues: toItem({ ':group': group, ':until': until }),
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    )
    found.push(
      ...Items.map(fromItem).map(({ pk, dueAt }) => ({ shard: pk as ShardKey, dueAt: Number(dueAt) })),
    )
    from = LastEvaluatedKey
  } while (from)
  return found
}

export async function scanStates({ client, tables }: Database, query: ScanQuery): Promise<ScanPage> {
  const { segment, cursor, limit, isStrong } = query
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({
      TableName: tables.state,
      ...PROJECTION,
      ...(isStrong ? { ConsistentRead: true } : {}),
      ...(segment ? { Segment: segment.index, TotalSegments: segment.total } : {}),
      ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem({ pk: cursor }) }),
      ...(limit === undefined ? {} : { Limit: limit }),
    }),
  )
  const next = LastEvaluatedKey?.['pk']?.S
  return { ...glancesOf(Items.filter(isOfAShard)), ...(next === undefined ? {} : { cursor: next }) }
}

/** What is known of a whole queue, and how far a sweep has come, stand in the same table. */
const isOfAShard = ({ pk }: Item): boolean => !pk?.S?.startsWith('$')

const KEYS_A_CALL = 100
const TRIES = 3

export async function glanceAtStates(
  { client, tables }: Database,
  shards: readonly ShardKey[],
): Promise<Glances> {
  const found: Item[] = []
  let left: Item[] = shards.map((pk) => toItem({ pk }))
  for (let calls = 0; left.length > 0 && calls < Math.ceil(shards.length / KEYS_A_CALL) * TRIES; calls++) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({
        RequestItems: { [tables.state]: { Keys: left.slice(0, KEYS_A_CALL), ...PROJECTION } },
      }),
    )
    found.push(...(Responses?.[tables.state] ?? []))
    left = [...left.slice(KEYS_A_CALL), ...(UnprocessedKeys?.[tables.state]?.Keys ?? [])]
  }
  return glancesOf(found)
}

function glancesOf(items: readonly Item[]): Glances {
  const states: ShardGlance[] = []
  const damaged: DamagedItem[] = []
  for (const item of items) {
    try {
      states.push(toGlance(item))
    } catch (error) {
      // Whatever it is: one item that cannot be read must not hide those behind it.
      damaged.push({ shard: String(item['pk']?.S), problem: String(error) })
    }
  }
  return { states, damaged }
}
