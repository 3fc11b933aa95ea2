/**
 * How large DynamoDB finds a value: "DynamoDB item sizes and formats", AWS developer guide. Numbers are rounded up, so
 * the true size is never larger.
 */

/** DynamoDB takes items of 400 KB. A later attempt of the job needs a few bytes more than the first, and a lane in its key up to 900. */
export const MAX_ITEM_BYTES = 400 * 1024 - 1200

/** A dead letter holds its job as JSON text, beside a frame of its own. */
export const MAX_LETTER_TEXT_BYTES = 390_000
/** JSON writes a control character as six. */
const LONGEST_ESCAPE = 6
/** `attempt`, `unknownSince` and `alone`. */
const FURTHER_ATTRIBUTES = 100

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
  if (bytes > MAX_ITEM_BYTES)
    return `the job has about ${bytes} bytes, ${MAX_ITEM_BYTES} fit: keep the payload in the Payloads bucket (the client's \`payloadsBucket\`), or elsewhere and enqueue its address`
  // Its dead letter would have to be cut, and could not be put back.
  const text =
    bytes * LONGEST_ESCAPE > MAX_LETTER_TEXT_BYTES ? Buffer.byteLength(JSON.stringify(item)) : bytes
  if (text + FURTHER_ATTRIBUTES <= MAX_LETTER_TEXT_BYTES) return undefined
  return `as JSON the job has ${text} bytes, its dead letter holds ${MAX_LETTER_TEXT_BYTES}: keep the payload in the Payloads bucket (the client's \`payloadsBucket\`), or elsewhere and enqueue its address`
}
