import { expect, test } from 'vitest'
import { parseDuration } from '../../../lib/core/text/duration.ts'

test.each([
  [250, 250],
  [0, 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  [' 1s ', 1000],
])('%j are %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  '',
  '5',
  's',
  '-5s',
  '5 s',
  '5S',
  '1e3s',
  '5m30s',
  '.5s',
  null,
  {},
  Number.NaN,
  Number.POSITIVE_INFINITY,
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test('milliseconds are whole, as timers need them', () => {
  expect(parseDuration(100.4)).toBe(100)
  expect(parseDuration('0.0011s')).toBe(1)
})
