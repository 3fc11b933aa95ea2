/**
 * Items and plain values. The SDK's `marshall` and `unmarshall` trip over what people may write into a table: an
 * attribute called `constructor` or `__proto__`, and sets of numbers that JavaScript cannot hold.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { convertToAttr, convertToNative } from '@aws-sdk/util-dynamodb'

export type Item = Record<string, AttributeValue>

export const toItem = (value: object): Item =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, toAttribute(part)]),
  )

function toAttribute(value: unknown): AttributeValue {
  if (Array.isArray(value)) return { L: value.filter((part) => part !== undefined).map(toAttribute) }
  const isMap =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  return isMap ? { M: toItem(value) } : convertToAttr(value)
}

/** `Object.fromEntries` makes an attribute of any name a member of its own. */
export const fromItem = (item: Item): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).map(([name, part]) => [name, fromAttribute(part)]))

function fromAttribute(attribute: AttributeValue): unknown {
  if (attribute.M) return fromItem(attribute.M)
  if (attribute.L) return attribute.L.map(fromAttribute)
  if (attribute.N !== undefined) return toNumber(attribute.N)
  if (attribute.NS) return toNumbers(attribute.NS)
  return convertToNative(attribute as never)
}

/** Numbers that JavaScript cannot hold exactly become text, so that a schema can refuse them and nothing crashes. */
function toNumber(text: string): number | string {
  const number = Number(text)
  if (Number.isInteger(number)) return Number.isSafeInteger(number) ? number : text
  return significantDigits(String(number)) === significantDigits(text) ? number : text
}

/** `-0.00150` and `1.5e-3` have the same. */
function significantDigits(text: string): string {
  const [mantissa = ''] = text.split(/e/i)
  return mantissa.replace(/\D/g, '').replace(/^0+|0+$/g, '')
}

/** All of them or none: DynamoDB has no sets of texts and numbers. */
function toNumbers(texts: readonly string[]): Set<unknown> {
  const numbers = texts.map(toNumber)
  return new Set<unknown>(numbers.every((number) => typeof number === 'number') ? numbers : texts)
}
