/** The same as `resolve.ts`, for the verbs of `moving-verbs.ts`. */
import { changesOf, insteadOf, partKey, roomsFor, sizeKey } from '../../lib/core/job/counted.ts'
import type { JobItem, RawItem } from '../../lib/core/job/job.ts'
import { lockKeyOf, lockOfNext } from '../../lib/core/job/lock.ts'
import type { MaxSet } from '../../lib/core/limits/max-size.ts'
import type { KeyClaim, Move } from '../../lib/ports/store.ts'
import { expiryOf, type Given, roomsOf } from './given.ts'
import { at, bit, type Intent } from './intent.ts'
import { isOneOf } from './is-one-of.ts'
import type { MovingOperation } from './moving-verbs.ts'
import { UNIQUE_KEYS } from './names.ts'

export const MOVING_KINDS = [
  'peek',
  'putCounted',
  'putCounted',
  'size',
  'size',
  'mendSize',
  'mendSize',
  'setMaxSize',
  'countedItems',
  'swapWaiting',
  'swapWaiting',
  'swapWaiting',
  'moveOut',
  'moveOut',
  'moveWaiting',
  'moveWaiting',
  'putBack',
  'putBack',
  'lock',
] as const
export type MovingKind = (typeof MOVING_KINDS)[number]
export const isMoving = isOneOf(MOVING_KINDS)

export function resolveMoving(kind: MovingKind, intent: Intent, given: Given): MovingOperation {
  const { item, old } = given
  switch (kind) {
    case 'peek':
      return { op: 'peek', key: old }
    case 'putCounted':
      return { op: 'putCounted', item, rooms: roomsOf(item, intent, given.parts) }
    case 'size':
      return { op: 'size', pk: sizePkOf(item, intent) }
    case 'mendSize':
      return mendOf(intent, given)
    case 'setMaxSize':
      return { op: 'setMaxSize', pk: sizePkOf(item, intent), set: maxSetOf(intent) }
    case 'countedItems':
      return { op: 'countedItems', queue: item.pk.split('|')[0] ?? '' }
    case 'swapWaiting':
      return swapOf(intent, given)
    case 'moveOut':
      return moveOutOf(intent, given)
    case 'moveWaiting': {
      const moves = movesOf(intent, bit(intent.bits, 4) ? { ...given, old: given.keyed } : given)
      return { op: 'moveWaiting', state: given.stateOf(moves[0].item), moves, ...expiryOf(intent) }
    }
    case 'putBack': {
      const job = bit(intent.bits, 0) ? { ...item, uniqueKey: at(UNIQUE_KEYS, intent.other) } : item
      return { op: 'putBack', letter: letterFor(intent, given), job, claim: claimOf(job, undefined, given) }
    }
    case 'lock':
      return { op: 'lock', key: at([...given.locks, someLock(old, intent)], intent.other) }
  }
}

const sizePkOf = (item: JobItem, { bits }: Intent): string =>
  sizeKey(item.pk, bit(bits, 0) ? 'queue' : 'partition') ?? '$size|crm'

const maxSetOf = ({ token, bits, other }: Intent): MaxSet => ({
  mark: `m${token}`,
  ...(bit(bits, 5) ? { max: other } : {}),
  ...(bit(bits, 6) ? { by: 'ann', since: 1 } : {}),
})

const letterFor = ({ token, other }: Intent, { letters, letter }: Given) =>
  token < 8 && letters.length > 0 ? at(letters.toReversed(), other) : letter

const someLock = (old: RawItem, { other }: Intent) => {
  const uniqueKey = at(UNIQUE_KEYS, other)
  const key = lockKeyOf({ ...old, uniqueKey })
  if (!key) throw new Error(`${uniqueKey} is no unique key`)
  return key
}

/** As it was read, mostly; or as if nobody had ever put a job there. */
function mendOf({ token, bits, other, time }: Intent, { item, parts }: Given): MovingOperation {
  const seen = parts.at(-1 - (other % 3))
  const unread = {
    key: partKey(sizeKey(item.pk, 'queue') ?? '$size|crm', time % 2),
    part: { jobs: 0, puts: 0 },
  }
  const { key, part } = seen && token < 8 ? seen : unread
  return { op: 'mendSize', key, asRead: part, jobs: bits % 5 }
}

/** What takes the place of the one that waits. One transaction can do one thing with a key, so it has another one. */
const nextOf = (old: RawItem, item: JobItem): JobItem =>
  item.pk === old.pk && item.sk === old.sk ? ({ ...item, sk: `${item.sk}1` } as JobItem) : item

function moveOutOf(intent: Intent, given: Given): MovingOperation {
  const { keyed, item, letter } = given
  const old = bit(intent.bits, 4) ? keyed : given.old
  const own = typeof old['uniqueKey'] === 'string' ? { uniqueKey: old['uniqueKey'] } : {}
  const job = {
    ...nextOf(old, item),
    ...at([own, { uniqueKey: at(UNIQUE_KEYS, intent.other) }, {}], intent.bits),
  }
  const target = bit(intent.bits, 3) ? { letter } : { job, claim: claimOf(job, old, given) }
  return { op: 'moveOut', state: given.stateOf(old), item: old, target }
}

function swapOf(intent: Intent, { stateOf, item, keyed: old, parts }: Given): MovingOperation {
  const key = lockKeyOf(old) ?? someLock(old, intent)
  const place = bit(intent.bits, 4) ? item : nextOf(old, item)
  const next = insteadOf(old, { ...place, uniqueKey: key.pk.split('|').slice(2).join('|') })
  const rooms = roomsFor(changesOf([old], [next]), roomsOf(next, intent, parts))
  const lock = { ...lockOfNext(key, next), mark: `m${intent.token}` }
  return {
    op: 'swapWaiting',
    state: stateOf(old),
    item: old,
    swap: { next, lock, rooms, ...expiryOf(intent) },
  }
}

/** As `claim-key.ts` finds it: the lock of the very job that is moved, or of one that may be there. */
function claimOf(job: JobItem, from: RawItem | undefined, { locks }: Given): KeyClaim | undefined {
  const key = lockKeyOf(job)
  const found = key && locks.findLast(({ pk }) => pk === key.pk)
  if (!key || !found) return key && { key }
  const isMoved = found.job.pk === from?.pk && found.job.sk === from.sk
  return { key, found: isMoved ? { ...found, hasStarted: true } : found }
}

/** With a lock one goes alone. What stands at its new place already only goes. */
function movesOf({ bits }: Intent, { old, item, second }: Given): [Move, ...Move[]] {
  const moved = (one: RawItem, place: JobItem): Move => ({
    item: one,
    ...(bit(bits, 0) && bit(bits, 1) ? {} : { next: { ...one, pk: place.pk, sk: place.sk } as JobItem }),
  })
  const first = moved(old, nextOf(old, item))
  if (lockKeyOf(old) || lockKeyOf(second) || bit(bits, 2)) return [first]
  const other = moved(second, { ...item, sk: `${item.sk}2` } as JobItem)
  const keys = [old, second, first.next, other.next].flatMap((one) => (one ? [`${one.pk}\n${one.sk}`] : []))
  return new Set(keys).size === keys.length ? [first, other] : [first]
}
