import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { fromItem, toItem } from '../../../lib/adapters/dynamodb/database.ts'
import { jsonProblem, storable } from '../../../lib/core/job/payload.ts'
import { reason, value } from '../../support/builders.ts'

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
const cycle: { self?: unknown } = {}
cycle.self = cycle

describe('storable', () => {
  test('gives what JSON makes of it', () => {
    const given = { at: new Date(0), gone: undefined, none: Number.NaN, map: new Map([[1, 2]]) }
    expect(value(storable(given, 'payload'))).toEqual({ at: '1970-01-01T00:00:00.000Z', none: null, map: {} })
  })

  test.each([null, 0, '', false, [], {}, 'ü', { a: [{}] }, 2 ** 53 - 1, -0.1])('%j is kept', (given) => {
    expect(value(storable(given, 'payload'))).toEqual(given)
  })

  test.each([
    [undefined, 'payload is missing'],
    [() => 1, 'payload is not JSON'],
    [cycle, 'payload is not JSON'],
    [{ a: { '': 1 } }, 'payload.a has a key ""'],
    [JSON.parse('{"__proto__": 1}'), 'payload has a key "__proto__"'],
    [{ a: [2 ** 53] }, 'payload.a.0 is a number'],
    [-1e300, 'payload is a number'],
    [1e-200, 'payload is a number'],
    [{ a: '\ud800' }, 'payload.a holds half of a character'],
    [{ '\udc00': 1 }, 'payload holds half of a character'],
    [nested(40), 'nested deeper than'],
  ])('%j is refused', (given, why) => {
    expect(reason(storable(given, 'payload'))).toContain(why)
  })

  test.prop([fc.jsonValue({ maxDepth: 6 })])(
    'what is accepted comes back from DynamoDB unchanged',
    (given) => {
      const result = storable(given, 'payload')
      if (result.ok) expect(fromItem(toItem({ payload: result.value }))).toEqual({ payload: result.value })
    },
  )
})

test('a BigInt is refused', () => {
  expect(reason(storable({ n: 1n }, 'payload'))).toBe('payload is not JSON')
})

describe('an item that DynamoDB gave', () => {
  test.each([new Set(['a']), { a: new Uint8Array(2) }, [[new Set([1])]]])('%j is refused', (given) => {
    expect(jsonProblem(given, 'payload')).toContain('is a set or bytes')
  })
})
