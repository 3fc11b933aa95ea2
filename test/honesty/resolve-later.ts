/** The same as `resolve.ts`, for the verbs of `later-verbs.ts`. */
import type { Lock } from '../../lib/core/job/lock.ts'
import type { AppRecord } from '../../lib/core/limits/app-rate.ts'
import { poolNamed, totalOf } from '../../lib/core/limits/queue-limiter.ts'
import type { QueueLimits } from '../../lib/core/queue/queue-limits.ts'
import type { QueuePause } from '../../lib/core/queue/queue-pauses.ts'
import type { BorrowedFrom, ShardState } from '../../lib/core/shard/state.ts'
import { borrowedOf } from './books-of.ts'
import { expiryOf, FAR_S, type Given, roomsOf } from './given.ts'
import { at, bit, type Intent } from './intent.ts'
import type { LaterOperation } from './later-verbs.ts'
import { DEAD_PARTITIONS, TIMES, UNIQUE_KEYS } from './names.ts'

export const LATER_KINDS = [
  'putOnce',
  'putOnce',
  'putUnique',
  'putUnique',
  'putUnique',
  'cancel',
  'cancel',
  'endWaiting',
  'endWaiting',
  'count',
  'countDead',
  'countDeadOf',
  'recordBorrowedFrom',
  'recordBorrowedFrom',
  'slowDown',
  'derive',
  'derive',
  'rederive',
  'appRecord',
  'saveAppRecord',
  'saveAppRecord',
  'queueSettings',
  'saveQueuePause',
  'saveQueuePause',
  'saveQueueLimits',
  'saveQueueLimits',
] as const
export type LaterKind = (typeof LATER_KINDS)[number]

const APPS = ['hubspot', '__proto__'] as const
const LIMITERS = [totalOf('crm'), poolNamed('api')] as const
/** So few that what stands there is often what is said to. */
const PAUSES: readonly QueuePause[] = [
  {},
  { by: 'ann', since: 1 },
  { by: 'ann', since: 1, resuming: { woken: 2 } },
]

const LIMITS: readonly QueueLimits[] = [
  { concurrency: 2 },
  { concurrency: 2, by: 'ann', since: 1 },
  { rateLimit: { allowed: 1, period_ms: 1000 }, waking: { woken: 2, cursor: 'crm' } },
]

export function resolveLater(kind: LaterKind, intent: Intent, given: Given): LaterOperation {
  const { shard, state, old, letter } = given
  const { bits, other, time } = intent
  const expiresAt = expiryOf(intent)
  switch (kind) {
    case 'putOnce':
      return putOnceOf(intent, given)
    case 'putUnique':
      return putUniqueOf(intent, given)
    case 'cancel':
      return { op: 'cancel', item: old, mark: { by: at(UNIQUE_KEYS, other), at: at(TIMES, time) } }
    case 'endWaiting':
      return { op: 'endWaiting', state, burials: [{ item: old, letter }], ...expiresAt }
    case 'count':
      return { op: 'count', query: { shard, from: `${intent.priority % 4}#` } }
    case 'countDead':
      return { op: 'countDead', letter }
    case 'countDeadOf':
      return { op: 'countDeadOf', letter, partition: at(DEAD_PARTITIONS, bits) }
    case 'recordBorrowedFrom':
      return { op: 'recordBorrowedFrom', state, borrowed: borrowedFromOf(state, intent), ...expiresAt }
    case 'slowDown': {
      const slow = {
        until: at(TIMES, time),
        reason: at(UNIQUE_KEYS, other),
        ...(bit(bits, 1) ? { by: 'ann' } : {}),
      }
      return { op: 'slowDown', shard, slow: bit(bits, 0) ? slow : undefined, ...expiresAt }
    }
    case 'derive':
      return {
        op: 'derive',
        state,
        derived: bit(bits, 0) ? derivedOf(intent) : undefined,
        expiresAt: FAR_S + bits,
      }
    case 'rederive':
      return { op: 'rederive', shard, derived: derivedOf(intent) }
    case 'appRecord':
      return { op: 'appRecord', app: at(APPS, other) }
    case 'saveAppRecord':
      return saveOf(intent, given)
    case 'queueSettings':
      return { op: 'queueSettings' }
    case 'saveQueuePause': {
      const [pause, before] = [time, bits].map((index) => saidAt(PAUSES, index))
      return { op: 'saveQueuePause', queue: at(UNIQUE_KEYS, other), pause, before }
    }
    case 'saveQueueLimits': {
      const [limits, before] = [time, bits].map((index) => saidAt(LIMITS, index))
      return { op: 'saveQueueLimits', queue: at(UNIQUE_KEYS, other), limits, before }
    }
  }
}

/** One of them is that nobody has said anything. */
const saidAt = <Said>(all: readonly Said[], index: number): Said | undefined => all[index % (all.length + 1)]

/** Some hold, and some are over; some calls are the same one, sent again. */
function putOnceOf(intent: Intent, { item, parts }: Given): LaterOperation {
  const { other, bits, time, token } = intent
  const { pk, sk } = item
  const until = at(TIMES, bits)
  return {
    op: 'putOnce',
    item,
    receipt: {
      pk: `$once|${queueOf(pk)}|${at(UNIQUE_KEYS, other)}`,
      sk: 'receipt',
      job: { pk, sk },
      mark: `m${token}`,
      at: at(TIMES, time),
      until,
      expiresAt: FAR_S + bits,
    },
    rooms: roomsOf(item, intent, parts),
  }
}

function putUniqueOf(intent: Intent, { item, locks, parts }: Given): LaterOperation {
  const { other, bits, token } = intent
  const uniqueKey = at(UNIQUE_KEYS, other)
  const lockPk = `$unique|${queueOf(item.pk)}|${uniqueKey}`
  const { pk, sk } = item
  const lock: Lock = { pk: lockPk, sk: 'lock', job: { pk, sk }, mark: `m${token}`, expiresAt: FAR_S + bits }
  const found = locks.findLast((one) => one.pk === lockPk)
  return {
    op: 'putUnique',
    item: { ...item, uniqueKey },
    lock,
    rooms: roomsOf(item, intent, parts),
    ...(found && bit(bits, 0) ? { found } : {}),
  }
}

const queueOf = (pk: string): string => pk.split('|')[0] ?? ''

function borrowedFromOf(state: ShardState, { token, other, bits }: Intent): BorrowedFrom {
  const entries = LIMITERS.filter((_, n) => bit(bits, n)).map((name, n) => {
    const borrowed = state.borrowedFrom?.[name]
    return [
      name,
      borrowedOf(borrowed ? { ...state, borrowed } : withoutBorrowed(state), token + n, other + n),
    ]
  })
  return Object.fromEntries(entries) as BorrowedFrom
}

const withoutBorrowed = ({ borrowed: _borrowed, ...state }: ShardState): ShardState => state

const derivedOf = ({ bits, other }: Intent) => ({
  concurrency: 1 + other,
  from: `hubspot ${bits % 3}/1 s, at least 1`,
  generation: bits % 4,
})

function saveOf({ bits, other, token, age }: Intent, { records }: Given): LaterOperation {
  const before = records.at(-1 - age)
  const rate = { rate: 1 + other, frequency_s: 1 + (bits % 10) }
  const record: AppRecord = {
    rate,
    configured: { rate: 10, frequency_s: 1 },
    generation: (before?.generation ?? 0) + 1,
    done: token,
    isComplete: bit(bits, 1),
    ...(bit(bits, 2) ? { by: 'ann', reason: at(UNIQUE_KEYS, other) } : {}),
    ...(bit(bits, 3) ? { cursor: at(UNIQUE_KEYS, token) } : {}),
  }
  return { op: 'saveAppRecord', app: at(APPS, other), record, before }
}
