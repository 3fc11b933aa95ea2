/** What DynamoDB charges for a call, in units. */

export interface Charge {
  writes: number
  reads: number
}

const KINDS: Readonly<Record<string, keyof Charge>> = {
  PutItem: 'writes',
  UpdateItem: 'writes',
  DeleteItem: 'writes',
  BatchWriteItem: 'writes',
  TransactWriteItems: 'writes',
  GetItem: 'reads',
  Query: 'reads',
  Scan: 'reads',
  BatchGetItem: 'reads',
}

/** Which kind of units an operation costs; `undefined` for one that costs none. */
export const kindOf = (operation: string): keyof Charge | undefined => KINDS[operation]

/** A write whose condition fails is charged like one that succeeds; items here have at most 1 KB. */
export const FAILED_WRITE = 1

/** A transaction that is cancelled is charged like one that succeeds: twice for each of its items. */
const CANCELLED_ITEM = 2

/** What a call that failed is charged for, in write units. */
export function writesOfFailure(errorName: string, items: number): number {
  if (errorName === 'TransactionCanceledException') return CANCELLED_ITEM * items
  return isFailedWrite(errorName) ? FAILED_WRITE : 0
}

export const isFailedWrite = (errorName: string): boolean =>
  errorName.endsWith('ConditionalCheckFailedException')

interface Capacity {
  readonly CapacityUnits?: number | undefined
}

/** A call of several tables reports each by itself. */
export const unitsOf = (consumed: Capacity | readonly Capacity[] = []): number =>
  [consumed].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
