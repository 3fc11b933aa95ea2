import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'

export interface TableNames {
  readonly jobs: string
  readonly state: string
  readonly history: string
}
export interface Database {
  readonly client: DynamoDBClient
  readonly tables: TableNames
}
export { fromItem, type Item, toItem } from './item.ts'

export const isConditionFailed = (error: unknown): error is ConditionalCheckFailedException =>
  error instanceof ConditionalCheckFailedException

/** Whether a transaction was cancelled because the condition of this part of it does not hold. */
export const isConditionOfPartFailed = (error: unknown, part: number): boolean =>
  error instanceof TransactionCanceledException &&
  error.CancellationReasons?.[part]?.Code === 'ConditionalCheckFailed'
