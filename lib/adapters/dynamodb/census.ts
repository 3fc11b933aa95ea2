/** What the sweeps have counted: beside their cursors, in the same item of the State table. */
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import type { CensusRecord } from '../../core/why/census.ts'
import { type Database, fromItem, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'

export const SWEEP_KEY = { pk: '$sweep' }

const count = z.int().min(0)
const censusSchema = z.object({
  from: z.number(),
  until: z.number(),
  queues: z.record(
    z.string(),
    z.object({
      shards: count,
      waiting: count,
      blocked: count,
      delayed: count,
      inFlight: count,
      waitingFor: z.record(z.string(), count).exactOptional(),
      longest: z.object({ shard: z.string(), since: z.number() }).exactOptional(),
      lost: count.exactOptional(),
      atLeast: z.literal(true).exactOptional(),
    }),
  ),
})
const COUNTED = censusSchema.optional().catch(undefined)
const sizesSchema = z.record(z.string(), z.object({ jobs: z.int(), puts: z.int() }))
const COUNTING = censusSchema
  .extend({ cursor: z.string(), sizes: sizesSchema.exactOptional() })
  .optional()
  .catch(undefined)

export async function readCensus({ client, tables }: Database): Promise<CensusRecord> {
  const { Item = {} } = await client.send(
    new GetItemCommand({ TableName: tables.state, Key: toItem(SWEEP_KEY), ConsistentRead: true }),
  )
  const { counted, counting } = fromItem(Item)
  return present({ counted: COUNTED.parse(counted), counting: COUNTING.parse(counting) })
}

const present = ({
  counted,
  counting,
}: { [Name in keyof CensusRecord]: CensusRecord[Name] | undefined }) => ({
  ...(counted ? { counted } : {}),
  ...(counting ? { counting } : {}),
})

export async function saveCensus({ client, tables }: Database, record: CensusRecord): Promise<void> {
  const update = new UpdateExpression()
  for (const name of ['counted', 'counting'] as const) {
    const value = record[name]
    if (value) update.set(update.path(name), value)
    else update.remove(update.path(name))
  }
  await client.send(
    new UpdateItemCommand({ TableName: tables.state, Key: toItem(SWEEP_KEY), ...update.build() }),
  )
}
