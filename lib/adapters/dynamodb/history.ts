import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { type DeadLetter, deadLetterPartition } from '../../core/dead-letter.ts'
import type { HistoryStore } from '../../ports/store.ts'
import { type Database, fromItem, toItem } from './database.ts'

export const dynamoHistoryStore = ({ client, tables }: Database): HistoryStore => ({
  bury: async (letter) => {
    await client.send(new PutItemCommand({ TableName: tables.history, Item: toItem(letter) }))
  },
  dead: async (queue, cursor) => {
    const pk = deadLetterPartition(queue)
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: tables.history,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': pk }),
        ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem({ pk, sk: cursor }) }),
      }),
    )
    const next = LastEvaluatedKey && String(fromItem(LastEvaluatedKey)['sk'])
    return {
      letters: Items.map((item) => fromItem(item) as unknown as DeadLetter),
      ...(next ? { cursor: next } : {}),
    }
  },
})
