/** Items of the Jobs table: good ones, ones that are almost right, and rubbish. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { fc } from '@fast-check/vitest'
import { formatSortKey } from '../../lib/core/keys.ts'
import { jobId, position } from '../support/arbitraries.ts'
import { asId, NOW } from '../support/builders.ts'
import { attribute, HOSTILE_TEXTS, type Image, mapOf, text } from './attributes.ts'

export interface Candidate {
  readonly image: Image
  /** It has all that the README asks of a raw put. */
  readonly good: boolean
}

const PARTITIONED = ['acme', 'umbrella', 'ü', 'o%7Cneil', '__proto__', 'constructor', '#n0', 'a b', '\u0000']
const goodPk = fc.oneof(
  fc.constantFrom(...PARTITIONED).map((name) => `crm|${name}`),
  fc.constantFrom('plain', 'costly'),
  fc.constantFrom(...PARTITIONED).map((name) => `batched|${name}`),
  fc.constantFrom(...PARTITIONED).map((name) => `bulk|${name}`),
  fc.tuple(fc.constantFrom(...PARTITIONED), fc.nat(9)).map(([name, n]) => `bulk|${name}|${n}`),
)
const goodSk = fc
  .tuple(position, jobId, fc.nat(5000), fc.constantFrom('a', 'b', 'constructor', 'toString', '1', undefined))
  .map(([{ priority }, id, ago, known]) =>
    formatSortKey({ priority, runAt: NOW - ago, id: asId(known ?? id) }),
  )

const ALMOST_PK = [
  'crm',
  'crm|',
  'crm||',
  'crm||0',
  'crm|acme|',
  'crm|acme|01',
  'crm|acme|0|0',
  'crm|acme|-1',
  'crm|acme|99999',
  'plain|x',
  'plain||0',
  'bulk|acme|10',
  'bulk|acme|9999',
  'nobody',
  'nobody|x',
  'Crm|acme',
  ' crm|acme',
  'crm |acme',
  '|',
  'constructor',
  'constructor|x',
  '__proto__|x',
  'toString',
  `crm|${'x'.repeat(257)}`,
  `crm|${'x'.repeat(2044)}`,
  'x'.repeat(2048),
  '$queue|crm',
  `${'é'.repeat(1000)}|x`,
  'dead|crm',
  'crm\n|acme',
  'ruled',
  'ruled||3',
  'ruled||+rate.ruled:payload.customer=acme',
  'ruled||+rate.ruled:payload.customer=%2B|x',
  'ruled||+rate.ruled:payload.customer=e%41',
  'ruled||+rate.ruled:payload.customer=',
  'ruled||+rate.crm:payload.customer=acme',
  'crm|acme|+rate.ruled:payload.customer=acme',
  'batched',
  'batched|acme|0',
  'costly|acme',
  'costly||+pool.api',
  'costly||+pool.api*300',
]
const ALMOST_SK = [
  '5#2030-01-31T08:00:00.000Z#',
  '5#2030-01-31T08:00:00Z#a',
  '5#2030-01-31T08:00:00.000+00:00#a',
  '10#2030-01-31T08:00:00.000Z#a',
  '5#2030-02-31T08:00:00.000Z#a',
  '5#+012030-01-31T08:00:00.000Z#a',
  '5#-000001-01-31T08:00:00.000Z#a',
  '5##a',
  '5',
  '#',
  '5#x',
  '-1#2030-01-31T08:00:00.000Z#a',
  'a#2030-01-31T08:00:00.000Z#a',
  '5#2030-01-31T08:00:00.000Z#-a',
  '5#2030-01-31T08:00:00.000Z#a b',
  '5#2030-01-31T08:00:00.000Z#a#b',
  `5#2030-01-31T08:00:00.000Z#${'a'.repeat(65)}`,
  '5#2030-01-31T08:00:00.000Z#ä',
  '５#2030-01-31T08:00:00.000Z#a',
  '5#2030-01-31T08:00:00.000z#a',
  '5#2030-01-31t08:00:00.000Z#a',
  '5#1969-12-31T23:59:59.999Z#a',
  '5#2030-01-31T08:00:00.000Z#a\n',
  ` 5#2030-01-31T08:00:00.000Z#a`,
  `5#${'€'.repeat(340)}`,
  '5#2030-01-31T24:00:00.000Z#a',
  '5#1e3#a',
  '5#0#a',
  '~',
  ':',
  '0',
  '9#9999-12-31T23:59:59.999Z#a',
]
const S = (value: string): AttributeValue => ({ S: value })
const nonEmpty = (value: string) => (value === '' ? ' ' : value)
const anyPk = fc.oneof(goodPk, fc.constantFrom(...ALMOST_PK), text.map(nonEmpty))
const anySk = fc.oneof(goodSk, fc.constantFrom(...ALMOST_SK), text.map(nonEmpty))

const goodPayload: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.constant<AttributeValue>({ M: { customer: S('acme'), n: { N: '1.5' } } }),
  fc.constantFrom(...HOSTILE_TEXTS).map(S),
  fc.constantFrom('0', '1', '-0.5', '9007199254740991', '1E-130').map((N): AttributeValue => ({ N })),
  fc.constant<AttributeValue>({ L: [{ NULL: true }, { BOOL: false }] }),
)

/** A queue that counts none keeps it. */
const goodCost = fc.constantFrom('1', '2', '7', '100').map((N): Image => ({ cost: { N } }))

/** What people add for themselves: Sluice keeps it, whatever it is, when it moves the item. */
const extras = fc.array(
  fc.tuple(
    text.map((name) => `x${name}`),
    attribute,
  ),
  { maxLength: 2 },
)

const goodImage = fc
  .tuple(
    goodPk,
    goodSk,
    fc.constantFrom('sync', 'fail', 'refuse', 'constructor'),
    goodPayload,
    extras,
    fc.option(goodCost, { nil: {}, freq: 2 }),
  )
  .map(([pk, sk, task, payload, more, cost]): Candidate => {
    return { good: true, image: { ...mapOf(more), ...cost, pk: S(pk), sk: S(sk), task: S(task), payload } }
  })

const PLACES = [
  'task',
  'payload',
  'meta',
  'attempt',
  'cost',
  'alone',
  'pools',
  'tags',
  'startBefore',
] as const
const spoiled = fc
  .tuple(goodImage, fc.constantFrom(...PLACES), fc.option(attribute))
  .map(([{ image }, place, value]): Candidate => {
    const { [place]: _, ...rest } = image
    return { good: false, image: value === null ? (rest as Image) : { ...rest, [place]: value } }
  })
const misplaced = fc.tuple(goodImage, anyPk, anySk).map(([{ image }, pk, sk]): Candidate => {
  return { good: false, image: { ...image, pk: S(pk), sk: S(sk) } }
})
const rubbish = fc
  .tuple(anyPk, anySk, fc.array(fc.tuple(text.map(nonEmpty), attribute), { maxLength: 4 }))
  .map(([pk, sk, parts]): Candidate => ({ good: false, image: { ...mapOf(parts), pk: S(pk), sk: S(sk) } }))

/** `good: false` says only that nobody promised: some of these are right by chance, and then have to run. */
export const candidate: fc.Arbitrary<Candidate> = fc.oneof(
  { weight: 3, arbitrary: goodImage },
  { weight: 2, arbitrary: spoiled },
  { weight: 2, arbitrary: misplaced },
  { weight: 1, arbitrary: rubbish },
)
