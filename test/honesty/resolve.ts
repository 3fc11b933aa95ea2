/** Makes an operation of an intent, with the names of the sequence and what has been seen of the shards. */
import type { JobItem, RawItem } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import { type LimitOverride, SHORTEST_PERIOD_MS } from '../../lib/core/limits/limits.ts'
import { emptyState, type ShardState } from '../../lib/core/shard/state.ts'
import type { RangeQuery } from '../../lib/ports/store.ts'
import { asToken, NOW } from '../support/builders.ts'
import { booksOf, borrowedOf } from './books-of.ts'
import { expiryOf, FAR_S, type Given, type Seen } from './given.ts'
import { at, bit, type Intent } from './intent.ts'
import { batch, item, itemFor, keyedItem, letter, QUEUES } from './items-of.ts'
import { BUCKETS, type Names, TIMES, TOKENS } from './names.ts'
import type { Operation } from './operation.ts'
import { passOf } from './pass-of.ts'
import { isEnded, resolveEnded } from './resolve-ended.ts'
import { resolveLater } from './resolve-later.ts'
import { isMoving, resolveMoving } from './resolve-moving.ts'
import { isOfSchedules, resolveSchedules } from './resolve-schedules.ts'
import { isShared, resolveShared } from './resolve-shared.ts'
import { isOfSweep, resolveSweep } from './resolve-sweep.ts'

export function resolve(intent: Intent, names: Names, seen: Seen): Operation {
  const shard = at(names.shards, intent.shard)
  const newest = seen.states.get(shard)?.at(-1)
  const id = at(names.ids, intent.id)
  const token = tokenFor(intent, newest?.slots[id]?.token)
  switch (intent.kind) {
    case 'put':
      return { op: 'put', item: item(intent, names) }
    case 'putOdd':
      return {
        op: 'put',
        item: { ...item(intent, names), sk: at(names.odd, intent.other) } as unknown as JobItem,
      }
    case 'putBatch':
      return { op: 'putBatch', items: batch(intent, names) }
    case 'get':
      return { op: 'get', key: itemFor(intent, names, seen) }
    case 'remove':
      return { op: 'remove', item: itemFor(intent, names, seen) }
    case 'range':
      return { op: 'range', query: rangeOf(intent, names, seen) }
    case 'replace':
      return replaceOf(intent, names, seen)
    case 'buryJob':
      return { op: 'buryJob', item: itemFor(intent, names, seen), letter: letter(intent, names) }
    case 'read':
      return { op: 'read', shard }
    case 'pass': {
      const state = stateOfAge(seen, shard, intent.age)
      return { op: 'pass', state, change: passOf(state, intent, names) }
    }
    case 'start':
      return { op: 'start', shard, claim: { id, token }, attempt: attemptOf(intent, token) }
    case 'remember':
      return { op: 'remember', shard, bucket: at(BUCKETS, intent.time) }
    case 'release':
      return {
        op: 'release',
        shard,
        holder: { id, token, ...(bit(intent.bits, 1) ? { jobStands: true } : {}) },
      }
    case 'override':
      return overrideOf(intent, stateOfAge(seen, shard, intent.age))
    case 'writeBooks': {
      const state = stateOfAge(seen, shard, intent.age)
      return { op: 'writeBooks', state, change: booksOf(state, intent) }
    }
    case 'recordBorrowed': {
      const state = stateOfAge(seen, shard, intent.age)
      return {
        op: 'recordBorrowed',
        state,
        borrowed: borrowedOf(state, intent.token, intent.other),
        ...expiryOf(intent),
      }
    }
    case 'fence':
      return fenceOf(intent, shard)
    case 'earlierShards':
      return { op: 'earlierShards', queue: at(QUEUES, intent.other) }
    case 'due':
      return { op: 'due', group: String(intent.bits % 3), until: at(TIMES, intent.time) }
    case 'scan':
      return { op: 'scan' }
    case 'bury':
      return { op: 'bury', letter: letter(intent, names) }
    case 'dead':
      return { op: 'dead', queue: at(QUEUES, intent.other) }
    default: {
      if (isEnded(intent.kind)) return resolveEnded(intent.kind, intent, names)
      if (isOfSweep(intent.kind)) return resolveSweep(intent.kind, intent, names)
      const given = givenOf(intent, names, seen)
      if (isMoving(intent.kind)) return resolveMoving(intent.kind, intent, given)
      if (isShared(intent.kind)) return resolveShared(intent.kind, intent, given, names)
      if (isOfSchedules(intent.kind)) return resolveSchedules(intent.kind, intent, given, names)
      return resolveLater(intent.kind, intent, given)
    }
  }
}

const attemptOf = ({ other, bits, time }: Intent, token: string) => ({
  token: asToken(`${token}-r${other % 2}`),
  deadline: NOW + bits,
  bucket: at(BUCKETS, time),
})

const rangeOf = (intent: Intent, names: Names, seen: Seen): RangeQuery => ({
  shard: at(names.shards, intent.shard),
  from: fromFor(intent, names, seen),
  limit: 1 + (intent.bits % 5),
})

const givenOf = (intent: Intent, names: Names, seen: Seen): Given => {
  const shard = at(names.shards, intent.shard)
  return {
    shard,
    state: stateOfAge(seen, shard, intent.age),
    item: item(intent, names),
    old: itemFor(intent, names, seen),
    second: itemFor({ ...intent, other: intent.other + 1, id: intent.id + 1 }, names, seen),
    keyed: keyedItem(intent, names, seen),
    stateOf: ({ pk }) => stateOfAge(seen, pk as ShardKey, intent.age),
    letter: letter(intent, names),
    ...seen,
  }
}

/** Mostly the right one: a wrong one always gives the same answer. */
const tokenFor = ({ token }: Intent, right: string | undefined) =>
  asToken(right !== undefined && token < 7 ? right : at(TOKENS, token))

/** From the beginning, from a key, or from just behind one, as the pages of a pass go. */
function fromFor(intent: Intent, names: Names, seen: Seen): string {
  if (intent.token < 4) return `${intent.priority % 4}#`
  const { sk } = itemFor(intent, names, seen)
  return /^[0-9]/.test(sk) ? `${sk}${bit(intent.bits, 9) ? '\u0000' : ''}` : '0#'
}

/** A transaction may not name one key twice; the next attempt always has another one. */
function replaceOf(intent: Intent, names: Names, seen: Seen): Operation {
  const old = itemFor(intent, names, seen)
  const next: RawItem = item({ ...intent, shard: intent.other }, names)
  const same = next.pk === old.pk && next.sk === old.sk
  return { op: 'replace', item: old, next: { ...next, ...(same ? { sk: `${next.sk}1` } : {}) } as JobItem }
}

function stateOfAge({ states }: Seen, shard: ShardKey, age: number): ShardState {
  return states.get(shard)?.at(-1 - age) ?? emptyState(shard)
}

const limits = ({ bits, other }: Intent): LimitOverride => ({
  ...(bit(bits, 1) ? { concurrency: other } : {}),
  ...(bit(bits, 2)
    ? {
        rateLimit: {
          allowed: other,
          period_ms: SHORTEST_PERIOD_MS + bits,
          ...(bit(bits, 3) ? { margin_ms: 0 } : {}),
        },
      }
    : {}),
})

const fenceOf = ({ bits }: Intent, shard: ShardKey): Operation => ({
  op: 'fence',
  shard,
  expiresAt: FAR_S + bits,
  ...(bit(bits, 0) ? { keeps: 'limits' } : {}),
})

const overrideOf = (intent: Intent, state: ShardState): Operation => ({
  op: 'override',
  state,
  limits: bit(intent.bits, 0) ? limits(intent) : undefined,
  ...expiryOf(intent),
})
