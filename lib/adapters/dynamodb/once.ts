/** Puts a job and its idempotency key's receipt in one transaction, or finds the receipt that is there. */
import {
  TransactionInProgressException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { Room } from '../../core/job/counted.ts'
import { isSameItem, type JobItem } from '../../core/job/job.ts'
import type { Receipt } from '../../core/job/receipt.ts'
import type { OnceOutcome } from '../../ports/store.ts'
import { ALL_OLD, type Database, failedPart, fromItem, isBusy, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { toRawItem } from './item.ts'
import { isFull, sizeChanges } from './sizes.ts'

/** Another job may stand there, and must not be overwritten. */
const NOT_THERE = 'attribute_not_exists(pk)'

export async function putOnce(
  database: Database,
  item: JobItem,
  receipt: Receipt,
  rooms?: readonly Room[],
): Promise<OnceOutcome> {
  const job: TransactWriteItem = {
    Put: {
      TableName: database.tables.jobs,
      Item: toItem(item),
      ConditionExpression: NOT_THERE,
      ReturnValuesOnConditionCheckFailure: ALL_OLD,
    },
  }
  const parts = [unlessKept(database, receipt), job, ...sizeChanges(database, [], [item], rooms)]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return { kind: 'put' }
  } catch (error) {
    const known = whatFailed(error, item, receipt)
    if (known) return known
    if (isFull(error, 2, parts)) return { kind: 'full' }
    throw error
  }
}

/**
 * Race: another call with the same key has put its job. What counts is the time, for DynamoDB deletes what has expired
 * days later.
 */
function unlessKept({ tables }: Database, receipt: Receipt): TransactWriteItem {
  const expression = new UpdateExpression()
  const isFree = `attribute_not_exists(${expression.path('pk')})`
  const isOver = `${expression.path('until')} <= ${expression.value(receipt.at)}`
  const { ConditionExpression, ...names } = expression.condition(`(${isFree} OR ${isOver})`).buildCondition()
  return {
    Put: {
      TableName: tables.history,
      Item: toItem(receipt),
      ...names,
      ...(ConditionExpression === undefined ? {} : { ConditionExpression }),
      ReturnValuesOnConditionCheckFailure: ALL_OLD,
    },
  }
}

function whatFailed(error: unknown, item: JobItem, receipt: Receipt): OnceOutcome | undefined {
  const kept = failedPart(error, 0)?.Item
  if (kept) {
    const { mark, job } = fromItem(kept) as unknown as Receipt
    // Our own write, whose reply was lost: the SDK has sent it again.
    return mark === receipt.mark ? { kind: 'put' } : { kind: 'existing', job }
  }
  const standing = failedPart(error, 1)
  if (standing)
    return standing.Item && isSameItem(toRawItem(standing.Item), item)
      ? { kind: 'existing', job: receipt.job }
      : { kind: 'taken' }
  // The same transaction, sent again before the first was done, is busy with itself.
  if (isBusy(error) || error instanceof TransactionInProgressException) return { kind: 'busy' }
  return undefined
}
