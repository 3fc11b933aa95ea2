import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'

export interface TableNames {
  readonly jobs: string
  readonly state: string
  readonly history: string
}
export interface Database {
  readonly client: DynamoDBClient
  readonly tables: TableNames
}
export type Item = Record<string, AttributeValue>

export const toItem = (value: object): Item =>
  marshall(value, { removeUndefinedValues: true, convertEmptyValues: false })

/** Numbers that JavaScript cannot hold exactly become text, so that a schema can refuse them and nothing crashes. */
export const fromItem = (item: Item): Record<string, unknown> =>
  unmarshall(item, { wrapNumbers: toNumber as never })

function toNumber(text: string): number | string {
  const number = Number(text)
  const exact = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))
  return exact ? number : text
}

export const isConditionFailed = (error: unknown): error is ConditionalCheckFailedException =>
  error instanceof ConditionalCheckFailedException

/** Whether a transaction was cancelled because the condition of its first part does not hold. */
export const isFirstConditionFailed = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed'
