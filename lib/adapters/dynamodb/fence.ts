/** A write by which whoever has read a shard before it loses. */
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { ShardKey } from '../../core/keys.ts'
import { type Database, isWritten, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { unlessInTheWay } from './in-the-way.ts'

/** What the item says does not matter, even if it is damaged. */
export async function fence(
  database: Database,
  shard: ShardKey,
  expiresAt: number,
  keeps?: 'limits',
): Promise<void> {
  const bump = new UpdateExpression()
  bump.increase(bump.path('version'), 1)
  if (!keeps) bump.remove(bump.path('override'))
  bump.condition(`attribute_exists(${bump.path('pk')})`)
  if (await write(database, shard, bump)) return
  // Race: a pass has found no item, and has borrowed by now. It writes only if there still is none.
  const make = new UpdateExpression()
  make.set(make.path('version'), 1).set(make.path('expiresAt'), expiresAt)
  make.condition(`attribute_not_exists(${make.path('pk')})`)
  if (!(await write(database, shard, make))) await fence(database, shard, expiresAt, keeps)
}

const write = ({ client, tables }: Database, shard: ShardKey, change: UpdateExpression): Promise<boolean> =>
  isWritten(
    unlessInTheWay(() =>
      client.send(
        new UpdateItemCommand({ TableName: tables.state, Key: toItem({ pk: shard }), ...change.build() }),
      ),
    ),
  )
