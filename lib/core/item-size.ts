/**
 * How large DynamoDB finds a value: "DynamoDB item sizes and formats", AWS developer guide. Numbers are rounded up, so
 * the true size is never larger.
 */

/** DynamoDB takes items of 400 KB. A later attempt of the job needs a few bytes more than the first. */
export const MAX_ITEM_BYTES = 400 * 1024 - 200

const CONTAINER_BYTES = 3
const NUMBER_BYTES = 21

export function itemBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number' || typeof value === 'bigint') return NUMBER_BYTES
  if (value instanceof Uint8Array) return value.byteLength
  if (Array.isArray(value) || value instanceof Set) return listBytes([...value])
  if (typeof value === 'object' && value !== null) return mapBytes(value)
  return 1
}

const listBytes = (values: readonly unknown[]): number =>
  CONTAINER_BYTES + values.reduce<number>((sum, value) => sum + 1 + itemBytes(value), 0)

const mapBytes = (map: object): number =>
  CONTAINER_BYTES +
  Object.entries(map).reduce((sum, [name, value]) => sum + 1 + Buffer.byteLength(name) + itemBytes(value), 0)

/** Why an item is too large to be kept and tried again, or `undefined`. */
export function sizeProblem(item: object): string | undefined {
  const bytes = itemBytes(item)
  if (bytes <= MAX_ITEM_BYTES) return undefined
  return `the job has about ${bytes} bytes, ${MAX_ITEM_BYTES} fit: store the payload elsewhere and enqueue its address`
}
