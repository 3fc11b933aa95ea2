/** DynamoDB attribute values of every type, as anybody may have written them into the Jobs table. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { fc } from '@fast-check/vitest'

type Attribute = AttributeValue
export type Image = Record<string, Attribute>

/** Names that are something else in JavaScript, in an expression or in a log line. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\n',
  '\r\n{"level":"FATAL"}',
  '\u2028',
  '"',
  '\\',
  '#n0',
  ':v0',
  '__proto__',
  'constructor',
  'toString',
  '$where',
  '|',
  '%',
  '%7C',
  '#',
  '\u{1F680}',
  '\uFFFD',
  'é',
  'a'.repeat(300),
  'NaN',
  'null',
  '../..',
  "'; DROP TABLE",
  '<x>',
  '{{x}}',
  '5#2030',
  'ü'.repeat(200),
  '﻿',
  '‮abc',
]

export const text = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
)

/** DynamoDB numbers: 38 digits, from 1E-130 to 9.99E+125. */
export const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '1000',
  '0.1',
  '1E-130',
  '-1E-130',
  '9.9999999999999999999999999999999999999E+125',
  '1E+40',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740993',
  '0.30000000000000000000000000000000000001',
  '12345678901234567890123456789012345678',
  '3.14',
  '1.5',
  '-0.5',
  '100000000000000000000000000',
] as const

const number = fc.constantFrom(...NUMBERS)
const binary = fc.uint8Array({ maxLength: 6 })
const scalar: fc.Arbitrary<Attribute> = fc.oneof(
  { weight: 3, arbitrary: text.map((S) => ({ S })) },
  { weight: 3, arbitrary: number.map((N) => ({ N })) },
  { weight: 1, arbitrary: fc.boolean().map((BOOL) => ({ BOOL })) },
  { weight: 1, arbitrary: fc.constant({ NULL: true }) },
  { weight: 1, arbitrary: binary.map((B) => ({ B })) },
  { weight: 1, arbitrary: fc.uniqueArray(number, { minLength: 1, maxLength: 4 }).map((NS) => ({ NS })) },
  { weight: 1, arbitrary: fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })) },
  { weight: 1, arbitrary: binary.map((part) => ({ BS: [part] })) },
)

/** 32 levels are the most that DynamoDB takes. */
const nested = fc
  .tuple(fc.integer({ min: 1, max: 31 }), fc.boolean(), scalar)
  .map(([depth, inMaps, inner]) => {
    let value = inner
    for (let level = 0; level < depth; level++) value = inMaps ? { M: { a: value } } : { L: [value] }
    return value
  })

export const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })) },
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.tuple(
          text.filter((name) => name !== ''),
          scalar,
        ),
        { maxLength: 3 },
      )
      .map((parts) => ({ M: mapOf(parts) })),
  },
)

/** `__proto__` is a name like any other in a map that comes from JSON. */
export const mapOf = (parts: readonly (readonly [string, Attribute])[]): Image => {
  const map: Image = {}
  for (const [name, value] of parts)
    Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
  return map
}
