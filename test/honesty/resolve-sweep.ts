/** The same as `resolve.ts`, for the verbs of `sweep-verbs.ts`. */
import type { Census, CensusRecord, QueueCount } from '../../lib/core/why/census.ts'
import { at, bit, type Intent } from './intent.ts'
import { isOneOf } from './is-one-of.ts'
import { type Names, TIMES } from './names.ts'
import type { SweepOperation } from './sweep-verbs.ts'

export const SWEEP_KINDS = [
  'sweepCursors',
  'saveSweepCursor',
  'saveSweepCursor',
  'census',
  'saveCensus',
  'saveCensus',
] as const
export type SweepKind = (typeof SWEEP_KINDS)[number]
export const isOfSweep = isOneOf(SWEEP_KINDS)

/** One is named as what every object has, and one has what an expression has to name. */
const PARTS = ['jobs', 'constructor', 'a.b 1 of 2'] as const
const COUNTED_QUEUES = ['crm', 'constructor', 'a-b_0'] as const
const WAITS: readonly Pick<QueueCount, 'waitingFor' | 'lost' | 'atLeast'>[] = [
  {},
  { waitingFor: { slots: 1 }, lost: 2 },
  { waitingFor: { 'each|user=…': 2, constructor: 1 }, atLeast: true },
]

export function resolveSweep(kind: SweepKind, intent: Intent, names: Names): SweepOperation {
  const { other, bits, shard } = intent
  switch (kind) {
    case 'sweepCursors':
      return { op: 'sweepCursors' }
    case 'saveSweepCursor': {
      const cursor = bit(bits, 0) ? at(names.shards, shard) : undefined
      return { op: 'saveSweepCursor', part: at(PARTS, other), cursor }
    }
    case 'census':
      return { op: 'census' }
    case 'saveCensus':
      return { op: 'saveCensus', record: recordOf(intent, names) }
  }
}

/** What stands there already is taken back as often as it is changed. */
function recordOf(intent: Intent, names: Names): CensusRecord {
  const { bits, shard, other } = intent
  const census = censusOf(intent, names)
  const sizes = { [at(COUNTED_QUEUES, other)]: { jobs: (bits % 5) - 2, puts: bits } }
  const counting = { ...census, cursor: at(names.shards, shard), ...(bit(bits, 2) ? { sizes } : {}) }
  return { ...(bit(bits, 0) ? { counted: census } : {}), ...(bit(bits, 1) ? { counting } : {}) }
}

function censusOf({ shard, other, time, payload, bits }: Intent, names: Names): Census {
  const since = at(TIMES, time)
  const count: QueueCount = {
    shards: other,
    waiting: bits,
    blocked: payload,
    delayed: 2 ** 53 - 1,
    inFlight: 0,
    ...at(WAITS, payload),
    ...(bit(bits, 3) ? { longest: { shard: at(names.shards, shard), since } } : {}),
  }
  const queues = COUNTED_QUEUES.filter((_, n) => bit(bits, 4 + n))
  return { from: since, until: since + other, queues: Object.fromEntries(queues.map((one) => [one, count])) }
}
