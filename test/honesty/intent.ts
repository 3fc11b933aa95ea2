/**
 * What a caller is about to do, before it is known what the store holds: `resolve` makes an operation of it with what
 * has been seen so far. So the conditions of the port both hold and fail: states are fresh or stale, tokens right or not.
 */
import { fc } from '@fast-check/vitest'
import { ENDED_KINDS } from './resolve-ended.ts'
import { LATER_KINDS } from './resolve-later.ts'
import { MOVING_KINDS } from './resolve-moving.ts'
import { SCHEDULE_KINDS } from './resolve-schedules.ts'
import { SHARED_KINDS } from './resolve-shared.ts'
import { SWEEP_KINDS } from './resolve-sweep.ts'

export const KINDS = [
  'put',
  'put',
  'put',
  'putBatch',
  'putOdd',
  'get',
  'range',
  'range',
  'remove',
  'replace',
  'replace',
  'buryJob',
  'read',
  'read',
  'pass',
  'pass',
  'pass',
  'pass',
  'pass',
  'start',
  'start',
  'start',
  'remember',
  'release',
  'release',
  'override',
  'writeBooks',
  'writeBooks',
  'writeBooks',
  'writeBooks',
  'recordBorrowed',
  'recordBorrowed',
  'fence',
  'earlierShards',
  'due',
  'scan',
  'bury',
  'dead',
  ...LATER_KINDS,
  ...MOVING_KINDS,
  ...SHARED_KINDS,
  ...SWEEP_KINDS,
] as const
/** Of schedules, and of what has ended: with what they meet. Among all the others hardly any would. */
export const TICK_KINDS = [
  ...SCHEDULE_KINDS,
  ...ENDED_KINDS,
  'put',
  'putUnique',
  'get',
  'remove',
  'read',
  'pass',
  'bury',
  'dead',
  'size',
] as const
export type Kind = (typeof KINDS)[number] | (typeof TICK_KINDS)[number]

export interface Intent {
  readonly kind: Kind
  /** Which of the names: taken modulo their number. */
  readonly shard: number
  readonly id: number
  readonly other: number
  readonly time: number
  readonly priority: number
  readonly token: number
  readonly payload: number
  /** 0: the newest state that was seen, 1: the one before, and so on; 9: none was read. */
  readonly age: number
  /** Yes or no to whatever is optional. */
  readonly bits: number
}

export const intentOf = (kinds: readonly Kind[]): fc.Arbitrary<Intent> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    shard: fc.nat(2),
    id: fc.nat(4),
    other: fc.nat(4),
    time: fc.nat(5),
    priority: fc.nat(9),
    token: fc.nat(9),
    payload: fc.nat(3),
    age: fc.constantFrom(0, 0, 0, 0, 1, 2, 9),
    bits: fc.nat(0xfff),
  })

export const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('an empty list has nothing to choose from')
  return found
}
export const bit = (bits: number, place: number): boolean => ((bits >> place) & 1) === 1
