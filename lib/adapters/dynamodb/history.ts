/** The History table: dead letters. */
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { DeadLetter } from '../../core/dead-letter.ts'
import type { HistoryStore, LetterPage } from '../../ports/store.ts'
import { type Database, fromItem, toItem } from './database.ts'

export const dynamoHistoryStore = (database: Database): HistoryStore => ({
  bury: async (letter) => {
    const { client, tables } = database
    await client.send(new PutItemCommand({ TableName: tables.history, Item: toItem(letter) }))
  },
  letters: (pk, cursor) => letters(database, pk, cursor),
})

async function letters(
  { client, tables }: Database,
  pk: string,
  cursor: string | undefined,
): Promise<LetterPage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tables.history,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': pk }),
      ConsistentRead: true,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem({ pk, sk: cursor }) }),
    }),
  )
  const next = LastEvaluatedKey && String(fromItem(LastEvaluatedKey)['sk'])
  return {
    letters: Items.map((item) => fromItem(item) as unknown as DeadLetter),
    ...(next === undefined ? {} : { cursor: next }),
  }
}
