import { expect, test } from 'vitest'
import { fromItem } from '../../../lib/adapters/dynamodb/item.ts'

test.each([
  ['1', 1],
  ['-0.25', -0.25],
  [`-0.${'0'.repeat(127)}7610546164642341`, -7.610546164642341e-128],
  ['0.30000000000000004', 0.30000000000000004],
  ['123456789.012345', 123456789.012345],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
])('%s is a number that JavaScript holds', (text, number) => {
  expect(fromItem({ n: { N: text } })).toEqual({ n: number })
})

test.each(['9007199254740993', '3.14159265358979323846', '0.1234567890123456789'])(
  '%s would be rounded, and stays text',
  (text) => {
    expect(fromItem({ n: { N: text } })).toEqual({ n: text })
  },
)
