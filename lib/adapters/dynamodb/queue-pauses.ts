/**
 * Which queues are paused: one item of the State table, with an attribute for each of them, so that nobody who pauses one undoes
 * what was said of another. It is none with the record of deployments, which a deploy writes anew, also one of an earlier version.
 */
import { isDeepStrictEqual } from 'node:util'
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { type QueuePause, type QueuePauses, toQueuePause } from '../../core/queue/queue-pauses.ts'
import type { QueuePauseStore } from '../../ports/store.ts'
import { ALL_OLD, type Database, fromItem, type Item, isConditionFailed, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'

const KEY = { pk: '$paused' }

/** A queue may have the name of the key. */
const PREFIX = 'queue|'

export const dynamoQueuePauses = (database: Database): QueuePauseStore => ({
  queuePauses: () => read(database),
  saveQueuePause: (queue, ...change) => save(database, queue, ...change),
})

/** Strongly consistent: whoever pauses knows when all functions have read it. */
async function read({ client, tables }: Database): Promise<QueuePauses> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.state, Key: toItem(KEY), ConsistentRead: true }),
  )
  return toPauses(Item)
}

function toPauses(item: Item = {}): QueuePauses {
  const said = Object.entries(fromItem(item)).filter(([name]) => name.startsWith(PREFIX))
  return new Map(said.map(([name, value]) => [name.slice(PREFIX.length), toQueuePause(value)]))
}

async function save(
  { client, tables }: Database,
  queue: string,
  pause: QueuePause | undefined,
  before?: QueuePause,
): Promise<boolean> {
  const update = new UpdateExpression()
  const path = update.path(`${PREFIX}${queue}`)
  if (pause === undefined) update.remove(path)
  else update.set(path, pause)
  // Race: somebody has paused it anew since, or another resumption has come further.
  if (before !== undefined) update.condition(`${path} = ${update.value(before)}`)
  const change = { ...update.build(), ReturnValuesOnConditionCheckFailure: ALL_OLD }
  try {
    await client.send(new UpdateItemCommand({ TableName: tables.state, Key: toItem(KEY), ...change }))
    return true
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    // A lost reply: it was written, by us, or word for word by somebody else.
    return isDeepStrictEqual(toPauses(error.Item).get(queue), pause)
  }
}
