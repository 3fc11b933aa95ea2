/** How far the sweep has come in each part of the tables: one item of the State table. No queue's name begins with `$`. */
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { StateStore } from '../../ports/store.ts'
import { readCensus, SWEEP_KEY, saveCensus } from './census.ts'
import { type Database, fromItem, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'

type SweepProgress = Pick<StateStore, 'sweepCursors' | 'saveSweepCursor' | 'census' | 'saveCensus'>

export const sweepProgressOf = (database: Database): SweepProgress => ({
  sweepCursors: () => readCursors(database),
  saveSweepCursor: (part, cursor) => saveCursor(database, part, cursor),
  census: () => readCensus(database),
  saveCensus: (record) => saveCensus(database, record),
})

async function readCursors({ client, tables }: Database): Promise<Readonly<Record<string, string>>> {
  const { Item = {} } = await client.send(
    new GetItemCommand({ TableName: tables.state, Key: toItem(SWEEP_KEY), ConsistentRead: true }),
  )
  const { pk: _, ...cursors } = fromItem(Item)
  return Object.fromEntries(Object.entries(cursors).filter(isText))
}

const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string'

/** Each part has an attribute of its own, so that sweeps that overlap do not undo each other's. */
async function saveCursor(
  { client, tables }: Database,
  part: string,
  cursor: string | undefined,
): Promise<void> {
  const update = new UpdateExpression()
  if (cursor === undefined) update.remove(update.path(part))
  else update.set(update.path(part), cursor)
  await client.send(
    new UpdateItemCommand({ TableName: tables.state, Key: toItem(SWEEP_KEY), ...update.build() }),
  )
}
