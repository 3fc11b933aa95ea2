/** The record of deployments: one item of the State table. No queue's name begins with `$`, so it is no shard. */
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import type { DeploymentRecord } from '../../core/deployment.ts'
import { DamagedStateError } from '../../core/errors.ts'
import type { DeploymentLog } from '../../ports/deployment.ts'
import { type Database, isWritten } from './database.ts'
import { fromItem, type Item, toItem } from './item.ts'

const KEY = { pk: '$deployment' }

const recordSchema = z.object({
  version: z.int(),
  number: z.int(),
  configuration: z.string().exactOptional(),
  next: z.string().exactOptional(),
  replaced: z.record(z.string(), z.number()),
  requests: z.array(z.string()),
})

/** Race: a request that is delivered twice, to two functions that have both read. */
const NOBODY_WROTE = 'version = :before'
const NOBODY_WROTE_FIRST = 'attribute_not_exists(pk)'

export const dynamoDeploymentLog = (database: Database): DeploymentLog => ({
  read: () => read(database),
  write: (record, before) => write(database, record, before),
})

/** Strongly consistent: how long a function of an older configuration goes on is then known, and nothing to hope for. */
async function read({ client, tables }: Database): Promise<DeploymentRecord | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.state, Key: toItem(KEY), ConsistentRead: true }),
  )
  return Item && toRecord(Item)
}

function toRecord(item: Item): DeploymentRecord {
  const record = recordSchema.safeParse(fromItem(item))
  if (record.success) return record.data
  throw new DamagedStateError(
    `the item "${KEY.pk}" of the State table is damaged (${z.prettifyError(record.error)}): delete it, the next deployment writes it anew`,
  )
}

async function write(
  { client, tables }: Database,
  record: DeploymentRecord,
  before: DeploymentRecord | undefined,
): Promise<boolean> {
  const condition = before
    ? {
        ConditionExpression: NOBODY_WROTE,
        ExpressionAttributeValues: toItem({ ':before': before.version }),
      }
    : { ConditionExpression: NOBODY_WROTE_FIRST }
  const item = toItem({ ...KEY, ...record })
  return isWritten(client.send(new PutItemCommand({ TableName: tables.state, Item: item, ...condition })))
}
