/** Names and attributes that break careless code: of objects' own members, outside of what SQS can spell, quoted, long. */
import type { SimRandom } from '../world/random.ts'

export const USUAL = ['acme', 'globex', 'in|it%'] as const
const EXOTIC = [
  '__proto__',
  'constructor',
  'toString',
  'he said "no" \\ \n',
  '😀🇺🇳',
  'ä ö # ü',
  '$deployment',
  'x'.repeat(250),
  '\uffff',
  'beyond \ufffe',
] as const

/** The tenants of a run. */
export const drawTenants = (random: SimRandom): readonly [string, ...string[]] =>
  random.chance(0.6) ? USUAL : ['acme', random.pick(EXOTIC), random.pick(EXOTIC)]

const IDS = ['constructor', 'toString', 'valueOf', 'hasOwnProperty'] as const

/** A job's id: its number, or sometimes a name that every object has. */
export const drawId = (random: SimRandom, number: number): string =>
  random.chance(0.01) ? random.pick(IDS) : `j${number}`

/** What else stands in an item that somebody has put by hand. It has to come through all attempts as it is. */
const ATTRIBUTES: readonly Readonly<Record<string, unknown>>[] = [
  {},
  {},
  { ['__proto__']: { attempt: 99 } },
  { constructor: 'text', toString: 7, valueOf: null },
  { 'a "quoted" name': true, '😀': ['\uffff'], '#n': ':v', 'a.b[0]': { ['__proto__']: 1 } },
  { ['n'.repeat(250)]: 1 },
  { marks: new Set(['a', 'b']), numbers: new Set([1, 2]), bytes: new Uint8Array([1, 2, 3]) },
  { large: Number.MAX_SAFE_INTEGER, small: 1e-130, more: 1e125 },
]

export const attributesOf = (index: number): Readonly<Record<string, unknown>> =>
  ATTRIBUTES[index % ATTRIBUTES.length] ?? {}
