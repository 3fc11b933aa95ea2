/** The world of one sequence: few names, so that operations meet, and hostile ones, so that engines are tried. */
import { fc } from '@fast-check/vitest'
import { storable } from '../../lib/core/job/payload.ts'
import type { JobId, ShardKey } from '../../lib/core/keys.ts'
import type { ScheduleKey } from '../../lib/core/schedule/schedule.ts'
import { scheduleKey } from '../../lib/core/schedule/schedule-key.ts'
import { encodePartition } from '../../lib/core/text/partition-value.ts'
import { jobId } from '../support/arbitraries.ts'
import { NOW } from '../support/builders.ts'

export interface Names {
  readonly shards: readonly ShardKey[]
  readonly ids: readonly JobId[]
  /** Sort keys that are nobody's job, as people put them by hand. */
  readonly odd: readonly string[]
  readonly payloads: readonly unknown[]
  readonly schedules: readonly ScheduleKey[]
}

/** Of letters: so few that several are of one. */
export const DEAD_PARTITIONS = ['acme', 'constructor'] as const

const HOSTILE_PARTITIONS = [
  '#n0',
  ':v0',
  '__proto__',
  'constructor',
  '\u0000',
  "o'neil",
  'a.b[0]',
  '\u{1F680}',
  '\uFFFD',
]
const HOSTILE_IDS = [
  'constructor',
  'a.b.c',
  '0',
  '1e3',
  'toString',
  'a:b',
  'x'.repeat(64),
  '-'.padStart(2, 'a'),
]
/** In UTF-16 the rocket comes before U+FFFD, in UTF-8 after it. */
const ODD_KEYS = ['5#', '5#\u{1F680}', '5#\uFFFD', '5#\u0000', '5', '9~', ':a', '€', '0#', 'A', '5#2030#x']

const partition = fc.oneof(
  fc.constantFrom(...HOSTILE_PARTITIONS),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
)
const shard = partition
  .map(encodePartition)
  .chain((name) => fc.constantFrom(`crm|${name}`, `crm|${name}|3`, `${'q'.repeat(64)}|${name}`))
  .map((name) => name.toWellFormed() as ShardKey)

const schedule = partition.map((name) => scheduleKey('sync', name.toWellFormed()))

const oddNumber = fc.constantFrom(
  0,
  1e-130,
  -1e-130,
  0.1 + 0.2,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  1 / 3,
  123456789.12345679,
)
const oddValue = fc.constantFrom(
  '',
  '\u0000',
  '\u{1F680}',
  'a"b\\c\n',
  'x'.repeat(5000),
  null,
  true,
  [],
  {},
  [[]],
  { constructor: 1 },
)

/** What the client and the dispatcher let through: JSON that DynamoDB can hold. */
const payload = fc
  .oneof(
    oddNumber,
    oddValue,
    fc.jsonValue({ maxDepth: 5 }),
    fc.dictionary(fc.string({ minLength: 1 }), oddNumber),
  )
  .map((value) => {
    const checked = storable(value, 'payload')
    return checked.ok ? checked.value : 'not storable'
  })

export const names: fc.Arbitrary<Names> = fc.record({
  shards: fc.uniqueArray(shard, { minLength: 2, maxLength: 3 }),
  ids: fc.uniqueArray(
    fc.oneof(
      jobId,
      fc.constantFrom(...HOSTILE_IDS).map((id) => id as JobId),
    ),
    {
      minLength: 3,
      maxLength: 5,
    },
  ),
  odd: fc.uniqueArray(fc.constantFrom(...ODD_KEYS), { minLength: 2, maxLength: 4 }),
  payloads: fc.array(payload, { minLength: 2, maxLength: 4 }),
  schedules: fc.uniqueArray(schedule, { minLength: 2, maxLength: 3 }),
})

/** A few instants, so that keys meet; the far ones are the ends of what a key can say. */
export const TIMES: readonly number[] = [
  NOW - 1,
  NOW,
  NOW + 1,
  NOW + 60_000,
  0,
  Date.UTC(9999, 11, 31, 23, 59, 59, 999),
]
export const BUCKETS: readonly string[] = ['100', '200', String(NOW), String(NOW + 50)]
export const TOKENS: readonly string[] = ['t1', 't2', 'Zz_-0', '']
/** Of one queue's jobs, and what people say. */
export const UNIQUE_KEYS = ['k', 'constructor', '\u{1F680}'] as const
