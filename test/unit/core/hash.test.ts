import { expect, test } from 'vitest'
import { stableHash } from '../../../lib/core/text/hash.ts'

// The test vectors of FNV's authors. Another hash would move every job of a sharded partition.
test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('the hash of %j is %d', (text, hash) => {
  expect(stableHash(text)).toBe(hash)
})
