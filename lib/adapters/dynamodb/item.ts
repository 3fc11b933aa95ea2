/**
 * Items and plain values. The SDK's `marshall` and `unmarshall` trip over what people may write into a table: an
 * attribute called `constructor` or `__proto__`, and sets of numbers that JavaScript cannot hold.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { convertToAttr, convertToNative } from '@aws-sdk/util-dynamodb'
import { type RawItem, UNREADABLE } from '../../core/job/job.ts'
import type { RawSchedule } from '../../core/schedule/schedule-item.ts'

export type Item = Record<string, AttributeValue>

export const toItem = (value: object): Item =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, toAttribute(part)]),
  )

export function toAttribute(value: unknown): AttributeValue {
  if (Array.isArray(value)) return { L: value.filter((part) => part !== undefined).map(toAttribute) }
  return isMap(value) ? { M: toItem(value) } : convertToAttr(value)
}

function isMap(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * `Object.fromEntries` makes an attribute of any name a member of its own. Of one called `__proto__` at the top of an
 * item the SDK gives the name and no value: it is left out.
 */
export const fromItem = (item: Item): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(item)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, fromAttribute(part)]),
  )

/** An item as it came, kept beside what was made of it: plain values do not hold all that DynamoDB does. */
const originals = new WeakMap<object, Item>()

/** An item of the Jobs table. One that cannot be read must not keep its neighbours from being read. */
export const toRawItem = (item: Item): RawItem =>
  toRaw(item, ({ pk, sk }) => ({ pk: textOf(pk), sk: textOf(sk) }))

/** The same for an item of the Schedules table. */
export const toRawSchedule = (item: Item): RawSchedule =>
  toRaw(item, ({ pk, version }) => ({
    pk: textOf(pk),
    ...(version?.N === undefined ? {} : { version: toNumber(version.N) }),
  }))

/** @param known what is known of one that cannot be read */
function toRaw<Raw extends RawSchedule>(item: Item, known: (item: Item) => RawSchedule): Raw {
  const raw = readable(item, known) as Raw
  originals.set(raw, item)
  return raw
}

function readable(item: Item, known: (item: Item) => RawSchedule): object {
  try {
    return fromItem(item)
  } catch (error) {
    return { ...known(item), [UNREADABLE]: error instanceof Error ? error.message : String(error) }
  }
}

const textOf = (key: AttributeValue | undefined): string => String(key?.S)

/** The attributes of an item as DynamoDB has them. */
export const originalOf = (item: object): Item => originals.get(item) ?? toItem(item)

function fromAttribute(attribute: AttributeValue): unknown {
  if (attribute.M) return fromItem(attribute.M)
  if (attribute.L) return attribute.L.map(fromAttribute)
  if (attribute.N !== undefined) return toNumber(attribute.N)
  if (attribute.NS) return toNumbers(attribute.NS)
  return convertToNative(attribute)
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
