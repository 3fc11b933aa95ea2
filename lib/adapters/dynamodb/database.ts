/** What all of the store on DynamoDB shares: the client, the names of the tables, and how a failed condition is told. */
import type {
  CancellationReason,
  DynamoDBClient,
  ReturnValue,
  ReturnValuesOnConditionCheckFailure,
} from '@aws-sdk/client-dynamodb'
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'

export interface TableNames {
  readonly jobs: string
  readonly state: string
  readonly history: string
  readonly schedules: string
}
export interface Database {
  readonly client: DynamoDBClient
  readonly tables: TableNames
}
export { fromItem, type Item, toItem } from './item.ts'

/** The item comes with the answer, or with the error if a condition fails on it, which spares a read. */
export const ALL_NEW: ReturnValue = 'ALL_NEW'
export const ALL_OLD: ReturnValuesOnConditionCheckFailure = 'ALL_OLD'

export const isConditionFailed = (error: unknown): error is ConditionalCheckFailedException =>
  error instanceof ConditionalCheckFailedException

/** Whether a write was made; `false` if its condition does not hold. */
export async function isWritten(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing
    return true
  } catch (error) {
    if (isConditionFailed(error)) return false
    throw error
  }
}

/** Why a part of a transaction's conditions does not hold, with the item that it found; `undefined` for any other error. */
export function failedPart(error: unknown, part: number): CancellationReason | undefined {
  const reason = error instanceof TransactionCanceledException ? error.CancellationReasons?.[part] : undefined
  return reason?.Code === 'ConditionalCheckFailed' ? reason : undefined
}

const PASSING = ['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']

/** The SDK does not try a cancelled transaction again, although its reasons may pass. */
export const isBusy = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  (error.CancellationReasons ?? []).every(({ Code = 'None' }) => PASSING.includes(Code))
