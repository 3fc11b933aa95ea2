import { expect, test } from 'vitest'
import {
  isPayloadKey,
  isSamePayload,
  isTextOf,
  MAX_DUE_DAYS,
  needsRenewal,
  type PayloadKey,
  payloadKeyFor,
} from '../../../lib/core/job/payload-key.ts'
import { NOW } from '../../support/builders.ts'

const DAY_MS = 86_400_000
const HASH = 'a'.repeat(64)
const key = (text: string) => text as PayloadKey

test.each([
  [0, '90d'],
  [-DAY_MS, '90d'],
  [30 * DAY_MS, '90d'],
  [30 * DAY_MS + 1, '400d'],
  [MAX_DUE_DAYS * DAY_MS, '400d'],
])('a job that is due in %d ms keeps its payload for %s', (dueIn_ms, days) => {
  expect(payloadKeyFor('{}', dueIn_ms)).toBe(
    `${days}/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a`,
  )
})

test('one that is due later than anything is kept has no key', () => {
  expect(payloadKeyFor('{}', MAX_DUE_DAYS * DAY_MS + 1)).toBeUndefined()
})

test.each([`90d/${HASH}`, `400d/${HASH}`])('%s is a key', (text) => {
  expect(isPayloadKey(text)).toBe(true)
})

test.each([
  '',
  HASH,
  `91d/${HASH}`,
  `090d/${HASH}`,
  `90d/${HASH}a`,
  `90d/${HASH.slice(1)}`,
  `90d/${HASH.toUpperCase()}`,
  `90d/../${HASH}`,
  `/90d/${HASH}`,
  `s3://other/90d/${HASH}`,
  `90d/${HASH}\n`,
  7,
  null,
  { key: `90d/${HASH}` },
])('%j is none', (value) => {
  expect(isPayloadKey(value)).toBe(false)
})

test('a key belongs to one text, for however long that is kept', () => {
  const [short, long] = [payloadKeyFor('"a"', 0), payloadKeyFor('"a"', 100 * DAY_MS)]
  expect(isTextOf(key(short ?? ''), '"a"')).toBe(true)
  expect(isTextOf(key(short ?? ''), '"b"')).toBe(false)
  expect(isSamePayload(short, long)).toBe(true)
  expect(isSamePayload(short, payloadKeyFor('"b"', 0))).toBe(false)
  expect(isSamePayload(undefined, undefined)).toBe(true)
  expect(isSamePayload(short, undefined)).toBe(false)
})

test.each([
  ['90d', 45, false],
  ['90d', 46, true],
  ['400d', 355, false],
  ['400d', 356, true],
])('%s: put %d days ago, to be put again: %s', (days, age, needed) => {
  expect(needsRenewal(key(`${days}/${HASH}`), NOW - age * DAY_MS, NOW)).toBe(needed)
})
