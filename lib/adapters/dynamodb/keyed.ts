/** Puts a job and the item of its key in one transaction: a receipt's and a lock's have the same ways to fail. */
import {
  TransactionInProgressException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { Room } from '../../core/job/counted.ts'
import { isSameItem, type JobItem } from '../../core/job/job.ts'
import type { JobKey } from '../../core/keys.ts'
import type { OnceOutcome } from '../../ports/store.ts'
import { ALL_OLD, type Database, failedPart, isBusy, toItem } from './database.ts'
import type { UpdateExpression } from './expression.ts'
import { toRawItem } from './item.ts'
import { isFull, sizeChanges } from './sizes.ts'

/** Another job may stand there, and must not be overwritten. */
export const NOT_THERE = 'attribute_not_exists(pk)'

/** What a failed transaction says of its key's item, if anything. */
type OfKey<Outcome> = (error: unknown) => Outcome | undefined

interface Sized {
  readonly item: JobItem
  readonly rooms: readonly Room[] | undefined
}

/**
 * @param keyed the key's item, and what else has to hold. The job is put behind the first of them, and counted behind all:
 * who finds its key or its job there is told so although there is no room.
 */
export async function putKeyed<Outcome>(
  database: Database,
  { item, rooms }: Sized,
  [key, ...others]: readonly [TransactWriteItem, ...TransactWriteItem[]],
  ofKey: OfKey<Outcome>,
): Promise<Outcome | OnceOutcome> {
  const asked = [key, putJob(database, item), ...others]
  const parts = [...asked, ...sizeChanges(database, [], [item], rooms)]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return { kind: 'put' }
  } catch (error) {
    const known = ofKey(error) ?? ofJob(error, item)
    if (known) return known
    if (isFull(error, asked.length, parts)) return { kind: 'full' }
    throw error
  }
}

function ofJob(error: unknown, item: JobItem): OnceOutcome | undefined {
  const standing = failedPart(error, 1)
  const job: JobKey = { pk: item.pk, sk: item.sk }
  if (standing)
    return standing.Item && isSameItem(toRawItem(standing.Item), item)
      ? { kind: 'existing', job }
      : { kind: 'taken' }
  // The same transaction, sent again before the first was done, is busy with itself.
  if (isBusy(error) || error instanceof TransactionInProgressException) return { kind: 'busy' }
  return undefined
}

const putJob = ({ tables }: Database, item: JobItem): TransactWriteItem => ({
  Put: {
    TableName: tables.jobs,
    Item: toItem(item),
    ConditionExpression: NOT_THERE,
    ReturnValuesOnConditionCheckFailure: ALL_OLD,
  },
})

/** Puts a receipt or a lock under the conditions of the expression, and says what stands there if they do not hold. */
export function putKey({ tables }: Database, keyed: object, conditions: UpdateExpression): TransactWriteItem {
  const { ConditionExpression, ...names } = conditions.buildCondition()
  return {
    Put: {
      TableName: tables.history,
      Item: toItem(keyed),
      ...names,
      ...(ConditionExpression === undefined ? {} : { ConditionExpression }),
      ReturnValuesOnConditionCheckFailure: ALL_OLD,
    },
  }
}
