/** How the History table is read: by Query alone, so that the right to read letters is the right to read all that stands there. */
import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb'
import { type Database, fromItem, toItem } from './database.ts'

interface Key {
  readonly pk: string
  readonly sk: string
}

export async function historyItem<Read>(
  { client, tables }: Database,
  { pk, sk }: Key,
): Promise<Read | undefined> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tables.history,
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: toItem({ ':pk': pk, ':sk': sk }),
      ConsistentRead: true,
    }),
  )
  return Items[0] && (fromItem(Items[0]) as Read)
}

/** Where under one key a page begins, and how it is read. */
interface PageQuery extends Pick<QueryCommandInput, 'ConsistentRead' | 'ScanIndexForward' | 'Limit'> {
  readonly pk: string
  readonly cursor: string | undefined
}

export async function historyPage<Read>(
  { client, tables }: Database,
  { pk, cursor, ...how }: PageQuery,
): Promise<{ readonly items: readonly Read[]; readonly cursor?: string }> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tables.history,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': pk }),
      ...how,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem({ pk, sk: cursor }) }),
    }),
  )
  const next = LastEvaluatedKey && String(fromItem(LastEvaluatedKey)['sk'])
  return {
    items: Items.map((item) => fromItem(item) as Read),
    ...(next === undefined ? {} : { cursor: next }),
  }
}
