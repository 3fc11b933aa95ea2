/** What a recount reads of the Jobs table, and its one write. */
import { ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { PartKey } from '../../core/job/counted.ts'
import type { Part } from '../../core/limits/queue-size.ts'
import type { CountedPage } from '../../ports/store.ts'
import { type Database, isWritten, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { unlessInTheWay } from './in-the-way.ts'
import { fromItem, toRawItem } from './item.ts'

/** Race: a job is put while others are read. A consistent scan sees every item that is there before it begins, and stays. */
export async function countedItems(
  { client, tables }: Database,
  queue: string,
  cursor?: string,
): Promise<CountedPage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({
      TableName: tables.jobs,
      ProjectionExpression: 'pk, sk, countedIn',
      FilterExpression: 'attribute_exists(countedIn) AND (pk = :queue OR begins_with(pk, :shards))',
      ExpressionAttributeValues: toItem({ ':queue': queue, ':shards': `${queue}|` }),
      ConsistentRead: true,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem(JSON.parse(cursor)) }),
    }),
  )
  return {
    items: Items.map(toRawItem),
    ...(LastEvaluatedKey ? { cursor: JSON.stringify(fromItem(LastEvaluatedKey)) } : {}),
  }
}

/** Race: somebody has put or ended a job since the number was read. Then what was counted has to be set against a newer one. */
export function mendSize(
  { client, tables }: Database,
  { pk, sk }: PartKey,
  asRead: Part,
  jobs: number,
): Promise<boolean> {
  const update = new UpdateExpression()
  const [path, puts] = [update.path('jobs'), update.path('puts')]
  const same = (name: string, read: number) => {
    const isSame = `${name} = ${update.value(read)}`
    return read === 0 ? `(attribute_not_exists(${name}) OR ${isSame})` : isSame
  }
  update.condition(same(path, asRead.jobs)).condition(same(puts, asRead.puts))
  update.set(path, jobs)
  const call = { TableName: tables.history, Key: toItem({ pk, sk }), ...update.build() }
  return isWritten(unlessInTheWay(() => client.send(new UpdateItemCommand(call))))
}
