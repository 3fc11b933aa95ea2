/** Where a new job's payload is kept: in its item, or, beyond a few KB, in the Payloads bucket. */
import { parseSortKey } from '../keys.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { itemBytes, sizeProblem } from './item-size.ts'
import type { JobItem } from './job.ts'
import { jsonProblem } from './payload.ts'
import {
  isTextOf,
  lifetimeOf,
  MAX_DUE_DAYS,
  MAX_PAYLOAD_BYTES,
  type PayloadKey,
  payloadKeyFor,
} from './payload-key.ts'

/**
 * Items beyond this size are cheaper without their payload: DynamoDB bills each KB when it is written, read and deleted,
 * S3 each object, whatever its size. `npm run bench:payloads` counts it, docs/ARCHITECTURE.md has the table.
 */
export const MAX_INLINE_BYTES = 4 * 1024

/** What has to be put into the bucket, before the item that names it. */
export interface KeptPayload {
  readonly key: PayloadKey
  readonly text: string
}

export interface Placed {
  readonly item: JobItem
  readonly kept?: KeptPayload
}

/** The item of a new job, with its payload inside. Or why it is too large. */
export function placeInline(item: JobItem): Parsed<Placed> {
  const problem = sizeProblem(item)
  return problem ? refused(problem) : parsed({ item })
}

/** The item of a new job, with its payload inside if it is small. Or why it cannot be kept. */
export function placePayload(item: JobItem, now: number): Parsed<Placed> {
  if (item.payloadKey !== undefined || itemBytes(item) <= MAX_INLINE_BYTES) return placeInline(item)
  const text = JSON.stringify(item.payload)
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_PAYLOAD_BYTES)
    return refused(
      `the payload has ${bytes} bytes as JSON, ${MAX_PAYLOAD_BYTES} are the most: store it elsewhere and enqueue its address`,
    )
  const position = parseSortKey(item.sk)
  if (!position.ok) return position
  const key = payloadKeyFor(text, position.value.runAt - now)
  if (key === undefined)
    return refused(
      `a job with a payload of ${bytes} bytes can be due in ${MAX_DUE_DAYS} days at the latest, for such a payload is kept for ` +
        'a limited time: enqueue it later, or store the payload elsewhere and enqueue its address',
    )
  const { payload: _, ...rest } = item
  const placed = placeInline({ ...rest, payloadKey: key })
  return placed.ok ? parsed({ ...placed.value, kept: { key, text } }) : placed
}

/** The item as it was asked for, wherever its payload is kept. */
export function inItem({ item, kept }: Placed): JobItem {
  if (!kept) return item
  const { payloadKey: _, ...rest } = item
  return { ...rest, payload: JSON.parse(kept.text) }
}

/** The payload that was put under a key, or why this text is none. */
export function openText(key: PayloadKey, text: string): Parsed<unknown> {
  if (!isTextOf(key, text))
    return refused(`the payload ${key} is not the one that was put: its SHA-256 is not the one in its key`)
  try {
    const payload: unknown = JSON.parse(text)
    const problem = jsonProblem(payload, 'payload')
    return problem ? refused(problem) : parsed(payload)
  } catch {
    return refused(`the payload ${key} is not JSON`)
  }
}

/** What a person has to know of a job whose payload is gone. */
export const missingPayload = (key: PayloadKey): string =>
  `the payload ${key} is not in the bucket: it is kept for ${lifetimeOf(key)} days after it was put, unless somebody deletes it. ` +
  'Enqueue the job again'

export const tooLargePayload = (key: PayloadKey, bytes: number): string =>
  `the payload ${key} has ${bytes} bytes, ${MAX_PAYLOAD_BYTES} are the most`
