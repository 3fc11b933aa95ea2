/** Lists the shards of the Jobs table without reading through their jobs. */
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { type ShardsPage, seenShards } from '../../core/shard/seen-shards.ts'
import type { ShardsQuery } from '../../ports/store.ts'
import { type Database, fromItem, toItem } from './database.ts'

/** Sparse shards come many to a page, and one with 10,000 jobs costs no more than this. */
const PAGE = 100
/** The greatest sort key there can be: 1,024 bytes. It names no item, and a scan goes on behind where it would stand. */
const BEHIND_ALL = '\u{10FFFF}'.repeat(256)

export async function jobShards(
  { client, tables }: Database,
  { cursor, limit = PAGE }: ShardsQuery,
): Promise<ShardsPage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({
      TableName: tables.jobs,
      ProjectionExpression: 'pk, sk',
      Limit: limit,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem({ pk: cursor, sk: BEHIND_ALL }) }),
    }),
  )
  const keys = Items.map((item) => fromItem(item) as { readonly pk: string; readonly sk: string })
  return seenShards(keys, LastEvaluatedKey !== undefined)
}
