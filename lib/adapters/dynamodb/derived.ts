/** Numbers that come from the rate of an app, in plain shards; and that rate, one item of the State table for each app. */
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { DamagedStateError } from '../../core/errors.ts'
import { type AppRecord, appRecordSchema, type DerivedLimit } from '../../core/limits/app-rate.ts'
import { isNew } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { describeIssues } from '../../core/text/issues.ts'
import type { StateStore } from '../../ports/store.ts'
import { type Database, fromItem, isWritten, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { sameVersion } from './pass-expression.ts'

/** Without a number only the item is made. Counts as a pass. */
export function deriveExpression(
  owner: ShardState,
  derived: DerivedLimit | undefined,
  expiresAt: number,
): UpdateExpression {
  const update = new UpdateExpression()
  // Race: a rate has been set since, or a pass has been made.
  sameVersion(update, owner)
  update.increase(update.path('version'), 1)
  if (isNew(owner)) update.set(update.path('expiresAt'), expiresAt)
  if (derived) update.set(update.path('derived'), derived)
  return update
}

/** Counts as a pass: one that has read the old number loses. */
export function rederiveExpression(derived: DerivedLimit): UpdateExpression {
  const update = new UpdateExpression()
  update.increase(update.path('version'), 1).set(update.path('derived'), derived)
  // Race: the item has expired. Whoever makes it anew reads the new rate.
  update.condition(`attribute_exists(${update.path('pk')})`)
  // Race: somebody else has set another rate since, and was here already.
  const generation = update.path('derived', 'generation')
  const known = `${generation} <= ${update.value(derived.generation)}`
  return update.condition(`(attribute_not_exists(${generation}) OR ${known})`)
}

/** Race: somebody has set the app's rate since the books were read. */
export function sameDerived(update: UpdateExpression, { derived }: ShardState): void {
  const path = update.path('derived')
  update.condition(derived ? `${path} = ${update.value(derived)}` : `attribute_not_exists(${path})`)
}

export const appRecords = (database: Database): Pick<StateStore, 'appRecord' | 'saveAppRecord'> => ({
  appRecord: (app) => readAppRecord(database, app),
  saveAppRecord: (app, ...given) => saveAppRecord(database, app, ...given),
})

/** No queue's name begins with `$`, so this is no shard. */
const keyOf = (app: string) => ({ pk: `$app|${app}` })

async function readAppRecord({ client, tables }: Database, app: string): Promise<AppRecord | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.state, Key: toItem(keyOf(app)), ConsistentRead: true }),
  )
  if (!Item) return undefined
  const { pk, ...record } = fromItem(Item)
  const parsed = appRecordSchema.safeParse(record)
  if (parsed.success) return parsed.data
  const problems = describeIssues(parsed.error)
  throw new DamagedStateError(`the item "${pk}" of the State table is damaged (${problems}): mend it`)
}

/** Race: somebody else has set a rate since. */
const NOBODY_SET = 'generation = :before'
const NOBODY_SET_ANY = 'attribute_not_exists(pk)'

function saveAppRecord(
  { client, tables }: Database,
  app: string,
  record: AppRecord,
  before: AppRecord | undefined,
): Promise<boolean> {
  const condition = before
    ? {
        ConditionExpression: NOBODY_SET,
        ExpressionAttributeValues: toItem({ ':before': before.generation }),
      }
    : { ConditionExpression: NOBODY_SET_ANY }
  const item = toItem({ ...keyOf(app), ...record })
  return isWritten(client.send(new PutItemCommand({ TableName: tables.state, Item: item, ...condition })))
}
