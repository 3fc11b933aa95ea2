import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { formatShard, formatSortKey, parseJobId, parseShard, parseSortKey } from '../../../lib/core/keys.ts'
import { decodePartition, encodePartition } from '../../../lib/core/text/partition-value.ts'
import { encodedPartition, position, queueName } from '../../support/arbitraries.ts'
import { reason, value } from '../../support/builders.ts'

describe('sort keys', () => {
  test.prop([position])('come back from text', (given) => {
    expect(value(parseSortKey(formatSortKey(given)))).toEqual(given)
  })

  test.prop([position, position])('order as text is the order of priority, time and id', (a, b) => {
    const byText = Math.sign(compare(formatSortKey(a), formatSortKey(b)))
    const byValue = a.priority - b.priority || a.runAt - b.runAt || compare(a.id, b.id)
    expect(byText).toBe(Math.sign(byValue))
  })

  test.prop([fc.oneof(fc.string({ unit: 'binary' }), mangled())])(
    'what is accepted is spelled in the one canonical way',
    (text) => {
      const result = parseSortKey(text)
      if (result.ok) expect(formatSortKey(result.value)).toBe(text)
      else expect(result.reason).not.toBe('')
    },
  )

  test.each([
    ['', 'is not <priority'],
    ['10#2030-01-31T09:00:00.000Z#a', 'is not <priority'],
    ['x#2030-01-31T09:00:00.000Z#a', 'is not <priority'],
    ['5#2030-01-31T09:00:00.000Z', 'is not <priority'],
    ['5#2030-01-31T09:00:00Z#a', 'not ISO 8601 UTC with ms'],
    ['5#2030-01-31T09:00:00.000+00:00#a', 'not ISO 8601 UTC with ms'],
    ['5#2030-02-30T09:00:00.000Z#a', 'not ISO 8601 UTC with ms'],
    ['5#+275760-09-13T00:00:00.000Z#a', 'not ISO 8601 UTC with ms'],
    ['5#1969-12-31T23:59:59.999Z#a', 'not ISO 8601 UTC with ms'],
    ['5#tomorrow#a', 'not ISO 8601 UTC with ms'],
    ['5#2030-01-31T09:00:00.000Z#', 'may hold only letters'],
    ['5#2030-01-31T09:00:00.000Z#a#b', 'may hold only letters'],
    ['5#2030-01-31T09:00:00.000Z#__proto__', 'may hold only letters'],
    ['5#2030-01-31T09:00:00.000Z#a\n', 'may hold only letters'],
    [`5#2030-01-31T09:00:00.000Z#${'a'.repeat(65)}`, 'longer than 64 characters'],
  ])('%j is refused', (text, why) => {
    expect(reason(parseSortKey(text))).toContain(why)
  })

  test('a reason quotes no more than it has to, on one line', () => {
    const why = reason(parseSortKey(`5#\n${'x'.repeat(5000)}#a`))
    expect(why.length).toBeLessThan(300)
    expect(why).not.toContain('\n')
  })
})

describe('job ids', () => {
  test('have 1 to 64 characters', () => {
    expect(parseJobId('a'.repeat(64)).ok).toBe(true)
    expect(parseJobId('').ok).toBe(false)
    expect(parseJobId('a'.repeat(65)).ok).toBe(false)
  })
})

describe('partitions', () => {
  test.prop([fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'%|,257C') }))])(
    'come back from their encoding',
    (given) => {
      expect(decodePartition(encodePartition(given))).toBe(given)
    },
  )
})

describe('shards', () => {
  const shard = fc.record(
    { queue: queueName, partition: encodedPartition, index: fc.nat(9999) },
    { requiredKeys: ['queue'] },
  )

  test.prop([shard])('come back from text', (given) => {
    expect(value(parseShard(formatShard(given)))).toEqual(given)
  })

  test.prop([shard, shard])('differ as text where they differ', (a, b) => {
    expect(formatShard(a) === formatShard(b)).toBe(fc.stringify(sorted(a)) === fc.stringify(sorted(b)))
  })

  test.prop([fc.string({ unit: 'binary' })])('what is accepted is written again in the same way', (text) => {
    const result = parseShard(text)
    if (result.ok) expect(formatShard(result.value)).toBe(text)
  })

  test.each([
    ['', 'does not begin with the name of a queue'],
    ['|a', 'does not begin with the name of a queue'],
    ['a b|c', 'does not begin with the name of a queue'],
    ['__proto__', 'does not begin with the name of a queue'],
    ['crm|', 'has an empty partition'],
    ['crm|a|b', 'is not a number'],
    ['crm|a|', 'is not a number'],
    ['crm|a|01', 'is not a number'],
    ['crm|a|-1', 'is not a number'],
    ['crm|a|10000', 'is not a number'],
    ['crm|a|1|2', 'more than three parts'],
    [`crm|${'a'.repeat(257)}`, 'longer than 256 characters'],
    [`${'q'.repeat(65)}|a`, 'does not begin with the name of a queue'],
  ])('%j is refused', (text, why) => {
    expect(reason(parseShard(text))).toContain(why)
  })
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const sorted = (object: object) => Object.entries(object).sort()

/** Sort keys with a character changed. */
function mangled() {
  return fc.tuple(position, fc.nat(40), fc.string({ maxLength: 2 })).map(([given, at, text]) => {
    const key = formatSortKey(given)
    return key.slice(0, at) + text + key.slice(at + 1)
  })
}
