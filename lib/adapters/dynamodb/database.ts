import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { convertToAttr, unmarshall } from '@aws-sdk/util-dynamodb'

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
  Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, toAttribute(part)]),
  )

/** The SDK's `marshall` takes an object for what its own attribute `constructor` says; jobs may bear that name. */
function toAttribute(value: unknown): AttributeValue {
  if (Array.isArray(value)) return { L: value.filter((part) => part !== undefined).map(toAttribute) }
  const isMap =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  return isMap ? { M: toItem(value) } : convertToAttr(value)
}

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
