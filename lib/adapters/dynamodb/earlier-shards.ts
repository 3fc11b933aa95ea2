/** How many shards earlier versions had for a queue, which divided a limit among them. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { type Database, fromItem, toItem } from './database.ts'

/** Nobody writes it any more, so one answer does for the life of the process. */
export function earlierShards(database: Database): (queue: string) => Promise<readonly number[]> {
  const known = new Map<string, readonly number[]>()
  return async (queue) => {
    const answer = known.get(queue) ?? (await read(database, queue))
    known.set(queue, answer)
    return answer
  }
}

/** No queue's name begins with `$`, so this is no shard. */
async function read({ client, tables }: Database, queue: string): Promise<readonly number[]> {
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: tables.state,
      Key: toItem({ pk: `$queue|${queue}` }),
      ConsistentRead: true,
    }),
  )
  const layouts = Item && fromItem(Item)['layouts']
  return layouts instanceof Set ? [...layouts].filter(Number.isInteger) : []
}
