/**
 * The key of a payload that is kept outside of its job's item, in the Payloads bucket: `<days>d/<sha256 of its text>`.
 * So a key names no other object than payloads, whoever wrote it; the same payload put twice is one object; and nobody
 * gets another text than the one that was put.
 */
import { sha256 } from '../text/digest.ts'
import { PAYLOAD_LIFETIMES_DAYS, PAYLOAD_RENEWED_BELOW_DAYS, PAYLOAD_WAIT_DAYS } from '../times.ts'

declare const brand: unique symbol
export type PayloadKey = string & { readonly [brand]: 'PayloadKey' }

/** How large a payload may be, as JSON text in UTF-8. */
export const MAX_PAYLOAD_BYTES = 5_000_000

/** A job with such a payload is due so many days after its put at the latest. */
export const MAX_DUE_DAYS = Math.max(...PAYLOAD_LIFETIMES_DAYS) - PAYLOAD_WAIT_DAYS

const DAY_MS = 86_400_000
const KEY = /^([1-9]\d*)d\/[0-9a-f]{64}$/

export const isPayloadKey = (value: unknown): value is PayloadKey =>
  typeof value === 'string' && PAYLOAD_LIFETIMES_DAYS.some((days) => days === lifetimeOf(value))

/** The key for a text, by when its job is due; `undefined` if that is too far off. */
export function payloadKeyFor(text: string, dueIn_ms: number): PayloadKey | undefined {
  const days = PAYLOAD_LIFETIMES_DAYS.find((lifetime) => dueIn_ms <= (lifetime - PAYLOAD_WAIT_DAYS) * DAY_MS)
  return days === undefined ? undefined : (`${days}d/${sha256(text)}` as PayloadKey)
}

/** Whether this is the text that was put under the key. */
export const isTextOf = (key: PayloadKey, text: string): boolean => key.endsWith(`/${sha256(text)}`)

/** Whether two keys, or what stands in their place, name one payload: for how long it is kept makes no other. */
export const isSamePayload = (one: unknown, other: unknown): boolean => digestIn(one) === digestIn(other)

const digestIn = (key: unknown): unknown => (isPayloadKey(key) ? key.split('/')[1] : key)

/** Whether an object that was put then has to be put again, lest its job or its dead letter outlive it. */
export const needsRenewal = (key: PayloadKey, putAt: number, now: number): boolean =>
  putAt + (lifetimeOf(key) - PAYLOAD_RENEWED_BELOW_DAYS) * DAY_MS < now

/** In days. */
export const lifetimeOf = (key: string): number => Number(KEY.exec(key)?.[1] ?? Number.NaN)
