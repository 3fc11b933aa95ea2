/** What people, programs and attackers write into tables and queues. */
import { type Attributes, attribute, map } from './wire.ts'

const LARGE = '12345678901234567890123456789012345678'

/** Attributes beside a job's own: none of them matters. */
export const STRANGE_ATTRIBUTES: Readonly<Record<string, Attributes>> = {
  proto: [['__proto__', attribute({ task: 'evil' })]],
  members: [
    ['constructor', attribute({ a: 1 })],
    ['toString', attribute('x')],
    ['hasOwnProperty', attribute(true)],
  ],
  numbers: [
    ['large', `{"N":"${LARGE}"}`],
    ['small', '{"N":"1E-130"}'],
  ],
  sets: [
    ['numbers', `{"NS":["1","${LARGE}"]}`],
    ['texts', '{"SS":["a","\\uffff"]}'],
    ['bytes', '{"B":"AAEC"}'],
  ],
  hundred: Array.from({ length: 100 }, (_, n) => [`a${n}`, attribute(`v${n}`)] as const),
  names: ['size', '#x', ':y', 'a.b', 'a b', '😀', '\uffff', '"', 'slots', 'version'].map(
    (name) => [name, attribute(1)] as const,
  ),
}

export const PARTITIONS: readonly string[] = [
  '\uffff',
  'a\ufffeb',
  '👩‍👩‍👧',
  'a|b%7C%',
  'a\u0000\n\u2028',
  '__proto__',
  'p'.repeat(256),
]

/** Names that every object has, and all characters that an id may hold. */
export const IDS: readonly string[] = [
  'constructor',
  'toString',
  'valueOf',
  '0',
  'aZ0_.:@=+~-',
  'x'.repeat(64),
]

/** Items that can never run, as changes to a good one. */
export const MALFORMED: readonly {
  readonly sk?: string
  readonly task?: string
  readonly payload?: string
}[] = [
  { sk: 'hello' },
  { sk: '5#yesterday#a' },
  { sk: '\uffff\uffff' },
  { sk: '5#2026-01-31T09:00:00.000Z#__proto__' },
  { sk: '5#2026-01-31T09:00:00.000Z#a b' },
  { task: attribute(7) },
  { payload: attribute('text') },
  {
    payload: map([
      ['customer', attribute('x')],
      ['name', attribute('x')],
      ['set', '{"SS":["a"]}'],
    ]),
  },
  {
    payload: map([
      ['customer', attribute('x')],
      ['name', attribute('x')],
      ['__proto__', attribute('x')],
    ]),
  },
]

export const RUBBISH: readonly string[] = [
  'hello',
  'null',
  '[]',
  '{"pk":"serial|x","sk":"rubbish","token":"t"}',
  '{"pk":"serial|x","sk":"5#2026-01-31T09:00:00.000Z#constructor","token":"t","startAt":1e300}',
  '{"pk":"$sweep","sk":"5#2026-01-31T09:00:00.000Z#a","token":"t"}',
  '{"shard":"serial|x","dueAt":1e300}',
  '{"shard":"$sweep"}',
  '{"shard":"\\ud800"}',
  '{"shard":"serial|%zz","judge":["x"]}',
]
