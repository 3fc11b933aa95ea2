import { expect, test } from 'vitest'
import { compilePattern } from '../../local/bus/pattern.ts'
import type { Json } from '../../local/json.ts'

const event: Json = {
  source: 'shop.orders',
  count: 15,
  empty: null,
  tags: ['red', 'big'],
  detail: { state: 'Placed', path: 'a/b*c.txt', items: [{ sku: 'x' }, { sku: 'y' }], total: 9.5 },
}

test.each<[Json, boolean]>([
  [{ source: ['shop.orders'] }, true],
  [{ source: ['other', 'shop.orders'] }, true],
  [{ source: ['shop'] }, false],
  [{ missing: ['x'] }, false],
  [{ count: [15] }, true],
  [{ count: ['15'] }, false],
  [{ empty: [null] }, true],
  [{ tags: ['big'] }, true],
  [{ tags: ['small'] }, false],
  [{ source: ['shop.orders'], count: [16] }, false],
  [{ detail: { state: ['Placed'], total: [9.5] } }, true],
  [{ detail: { items: { sku: ['y'] } } }, true],
  [{ detail: { items: { sku: ['z'] } } }, false],
  [{ source: [{ prefix: 'shop.' }] }, true],
  [{ source: [{ prefix: { 'equals-ignore-case': 'SHOP.' } }] }, true],
  [{ source: [{ suffix: '.orders' }] }, true],
  [{ source: [{ suffix: '.other' }] }, false],
  [{ detail: { state: [{ 'equals-ignore-case': 'pLACED' }] } }, true],
  [{ detail: { path: [{ wildcard: 'a/*.txt' }] } }, true],
  [{ detail: { path: [{ wildcard: 'a/b\\*c.txt' }] } }, true],
  [{ detail: { path: [{ wildcard: 'a/b\\*d*' }] } }, false],
  [{ source: [{ wildcard: 'shop_orders' }] }, false],
  [{ count: [{ numeric: ['>', 10, '<=', 15] }] }, true],
  [{ count: [{ numeric: ['>', 15] }] }, false],
  [{ source: [{ numeric: ['=', 1] }] }, false],
  [{ source: [{ 'anything-but': 'other' }] }, true],
  [{ source: [{ 'anything-but': ['shop.orders', 'x'] }] }, false],
  [{ source: [{ 'anything-but': { prefix: 'shop' } }] }, false],
  [{ source: [{ 'anything-but': { suffix: ['.a', '.b'] } }] }, true],
  [{ missing: [{ 'anything-but': 'x' }] }, false],
  [{ source: [{ exists: true }] }, true],
  [{ missing: [{ exists: true }] }, false],
  [{ missing: [{ exists: false }] }, true],
  [{ nothing: { here: [{ exists: false }] } }, true],
  [{ detail: { state: [{ exists: false }] } }, false],
  [{ $or: [{ source: ['x'] }, { count: [15] }] }, true],
  [{ $or: [{ source: ['x'] }, { count: [1] }] }, false],
  [{ $or: [{ count: [15] }], source: ['x'] }, false],
])('%j → %s', (pattern, expected) => {
  expect(compilePattern(pattern)(event)).toBe(expected)
})

test('a record of an item that has no number as its version passes a filter for that', () => {
  const wants = compilePattern({
    eventName: ['INSERT', 'MODIFY'],
    dynamodb: { NewImage: { version: { N: [{ exists: false }] } } },
  })
  const record = (NewImage: Json, eventName = 'INSERT'): Json => ({ eventName, dynamodb: { NewImage } })
  expect(wants(record({ pk: { S: 'sync|nightly' } }))).toBe(true)
  expect(wants(record({ pk: { S: 'sync|nightly' }, version: { S: 'mine' } }, 'MODIFY'))).toBe(true)
  expect(wants(record({ pk: { S: 'sync|nightly' }, version: { N: '1' } }))).toBe(false)
  expect(wants({ eventName: 'REMOVE', dynamodb: {} })).toBe(false)
})

test.each<Json>([
  'text',
  { a: 'not a list' },
  { a: [] },
  { a: [['nested']] },
  { a: [{ like: 'x' }] },
  { a: [{ numeric: ['~', 1] }] },
  { a: [{ prefix: 1 }] },
])('refuses %j', (pattern) => {
  expect(() => compilePattern(pattern)).toThrow()
})
