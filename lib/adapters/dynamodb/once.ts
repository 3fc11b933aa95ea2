/** Puts a job and its idempotency key's receipt in one transaction, or finds the receipt that is there. */
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Room } from '../../core/job/counted.ts'
import type { JobItem } from '../../core/job/job.ts'
import type { Receipt } from '../../core/job/receipt.ts'
import type { OnceOutcome } from '../../ports/store.ts'
import { type Database, failedPart, fromItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { putKey, putKeyed } from './keyed.ts'

export const putOnce = (
  database: Database,
  item: JobItem,
  receipt: Receipt,
  rooms?: readonly Room[],
): Promise<OnceOutcome> =>
  putKeyed(database, { item, rooms }, [unlessKept(database, receipt)], (error) => whatIsKept(error, receipt))

/**
 * Race: another call with the same key has put its job. What counts is the time, for DynamoDB deletes what has expired
 * days later.
 */
function unlessKept(database: Database, receipt: Receipt): TransactWriteItem {
  const expression = new UpdateExpression()
  const isFree = `attribute_not_exists(${expression.path('pk')})`
  const isOver = `${expression.path('until')} <= ${expression.value(receipt.at)}`
  return putKey(database, receipt, expression.condition(`(${isFree} OR ${isOver})`))
}

function whatIsKept(error: unknown, receipt: Receipt): OnceOutcome | undefined {
  const kept = failedPart(error, 0)?.Item
  if (!kept) return undefined
  const { mark, job } = fromItem(kept) as unknown as Receipt
  // Our own write, whose reply was lost: the SDK has sent it again.
  return mark === receipt.mark ? { kind: 'put' } : { kind: 'existing', job }
}
