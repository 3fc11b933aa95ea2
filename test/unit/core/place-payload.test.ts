import { describe, expect, test } from 'vitest'
import { itemBytes } from '../../../lib/core/job/item-size.ts'
import { parseJob } from '../../../lib/core/job/job.ts'
import { MAX_PAYLOAD_BYTES, payloadKeyFor } from '../../../lib/core/job/payload-key.ts'
import {
  inItem,
  MAX_INLINE_BYTES,
  openText,
  placeInline,
  placePayload,
} from '../../../lib/core/job/place-payload.ts'
import { configOf, jobItem, NOW, reason, value } from '../../support/builders.ts'

const DAY_MS = 86_400_000
const withText = (bytes: number, runAt = NOW) =>
  jobItem({ runAt, payload: { customer: 'acme', text: 'x'.repeat(bytes) } })
/** An item of exactly so many bytes. */
const ofBytes = (bytes: number) => withText(bytes - itemBytes(withText(0)))

describe('a payload', () => {
  test('stays in its item up to the threshold, and is kept outside beyond it', () => {
    expect(value(placePayload(ofBytes(MAX_INLINE_BYTES), NOW))).toEqual({ item: ofBytes(MAX_INLINE_BYTES) })
    const item = ofBytes(MAX_INLINE_BYTES + 1)
    const placed = value(placePayload(item, NOW))
    const { payload, ...rest } = item
    const text = JSON.stringify(payload)
    const key = payloadKeyFor(text, 0)
    expect(placed).toEqual({ item: { ...rest, payloadKey: key }, kept: { key, text } })
    expect(inItem(placed)).toEqual(item)
    expect(parseJob(configOf({}), placed.item)).toMatchObject({ ok: true, value: { payloadKey: key } })
  })

  test('may be as large as it says, and no larger', () => {
    const frame = Buffer.byteLength(JSON.stringify(withText(0).payload))
    expect(placePayload(withText(MAX_PAYLOAD_BYTES - frame), NOW).ok).toBe(true)
    const why = reason(placePayload(withText(MAX_PAYLOAD_BYTES - frame + 1), NOW))
    expect(why).toContain(`${MAX_PAYLOAD_BYTES + 1} bytes as JSON, ${MAX_PAYLOAD_BYTES} are the most`)
  })

  test('of a job that is due after it would be gone is refused; a small one may wait', () => {
    expect(placePayload(withText(10_000, NOW + 340 * DAY_MS), NOW).ok).toBe(true)
    expect(reason(placePayload(withText(10_000, NOW + 341 * DAY_MS), NOW))).toContain(
      'in 340 days at the latest',
    )
    expect(placePayload(withText(10, NOW + 3000 * DAY_MS), NOW).ok).toBe(true)
  })

  test('that has no bucket has to fit into its item', () => {
    expect(value(placeInline(withText(380_000)))).toEqual({ item: withText(380_000) })
    expect(reason(placeInline(withText(410_000)))).toContain('keep the payload in the Payloads bucket')
  })

  test('does not make room for a meta that is too large', () => {
    const item = { ...withText(10_000), meta: { text: 'x'.repeat(410_000) } }
    expect(reason(placePayload(item, NOW))).toContain('fit')
  })
})

describe('an item', () => {
  const key = payloadKeyFor('1', 0)
  const { payload: _, ...bare } = jobItem()
  test.each([
    [bare, 'payload: is missing'],
    [{ ...jobItem(), payloadKey: key }, 'has one of them'],
    [{ ...bare, payloadKey: `90d/../${'a'.repeat(64)}` }, 'payloadKey: is not 90d/ or 400d/'],
    [{ ...bare, payloadKey: 7 }, 'payloadKey: is not 90d/'],
  ])('is refused if it does not say where its payload is: %j', (item, why) => {
    expect(reason(parseJob(configOf({}), item))).toContain(why)
  })
})

describe('a text from the bucket', () => {
  const open = (text: string) => {
    const key = payloadKeyFor(text, 0)
    if (!key) throw new Error('no key')
    return openText(key, text)
  }
  test('is the payload', () => {
    expect(value(open('{"a":[1,null]}'))).toEqual({ a: [1, null] })
  })

  test('is refused if it is not what was put', () => {
    const key = payloadKeyFor('1', 0)
    if (!key) throw new Error('no key')
    expect(reason(openText(key, '2'))).toContain('is not the one that was put')
  })

  test.each([
    ['', 'is not JSON'],
    ['{', 'is not JSON'],
    [`{"n":${2 ** 60}}`, 'payload.n is a number'],
    ['{"__proto__":1}', 'has a key "__proto__"'],
  ])('is refused if it could not stand in an item: %s', (text, why) => {
    expect(reason(open(text))).toContain(why)
  })
})
