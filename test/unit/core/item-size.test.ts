import fc from 'fast-check'
import { expect, test } from 'vitest'
import { itemBytes, MAX_ITEM_BYTES, sizeProblem } from '../../../lib/core/job/item-size.ts'
import { MAX_LANE_LENGTH } from '../../../lib/core/limits/lane.ts'

test.each([
  ['text by its UTF-8 bytes', 'añ€😀', 10],
  ['numbers at their largest', 7, 21],
  ['truth values and null', true, 1],
  ['a list: 3, and 1 for each element', [null, null], 7],
  ['a map: 3, and 1 and the name for each', { ab: null }, 7],
  ['bytes', new Uint8Array(5), 5],
])('%s', (_, value, bytes) => {
  expect(itemBytes(value)).toBe(bytes)
})

test('is never less than the JSON of text alone', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.string()),
      (map) => itemBytes(map) >= Object.values(map).join('').length,
    ),
  )
})

test('many small values are refused although their JSON would fit', () => {
  const payload = Array.from({ length: 190_000 }, () => 1)
  expect(sizeProblem({ payload })).toMatch(new RegExp(`${MAX_ITEM_BYTES} fit`))
})

test('the largest job can be moved into the lane with the longest name', () => {
  const lane = Buffer.byteLength('€'.repeat(MAX_LANE_LENGTH))
  expect(MAX_ITEM_BYTES + lane + 100).toBeLessThanOrEqual(400 * 1024)
})
