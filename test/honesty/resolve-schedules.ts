/** The same as `resolve.ts`, for the verbs of `schedule-verbs.ts`. */
import type { RawItem } from '../../lib/core/job/job.ts'
import { type Lock, lockKeyOf, lockOfNext } from '../../lib/core/job/lock.ts'
import type { ScheduleKey, ScheduleVersion } from '../../lib/core/schedule/schedule.ts'
import { foundVersion, isRaw } from '../../lib/core/schedule/schedule-item.ts'
import { partsOf } from '../../lib/core/schedule/schedule-key.ts'
import type {
  DeclaredNote,
  FoundVersion,
  OverlapLock,
  PartitionsNote,
  RawSchedule,
  ScheduleItem,
  WithdrawnFrom,
} from '../../lib/ports/schedules.ts'
import { asVersion, scheduleItem } from '../support/schedules.ts'
import { expiryOf, type Given } from './given.ts'
import { at, bit, type Intent } from './intent.ts'
import { isOneOf } from './is-one-of.ts'
import { type Names, TIMES, UNIQUE_KEYS } from './names.ts'
import type { ScheduleOperation } from './schedule-verbs.ts'

export const SCHEDULE_KINDS = [
  'getSchedule',
  'getSchedules',
  'dueSchedules',
  'dueSchedules',
  'scanSchedules',
  'putSchedule',
  'putSchedule',
  'putSchedule',
  'putByHand',
  'putByHand',
  'putByHand',
  'removeSchedule',
  'burySchedule',
  'burySchedule',
  'fire',
  'fire',
  'fire',
  'withdraw',
  'withdraw',
  'putAtMostOnce',
  'again',
  'again',
  'again',
  'partitions',
  'savePartitions',
  'savePartitions',
  'declared',
  'saveDeclared',
  'saveDeclared',
] as const
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number]
export const isOfSchedules = isOneOf(SCHEDULE_KINDS)

export function resolveSchedules(
  kind: ScheduleKind,
  intent: Intent,
  given: Given,
  names: Names,
): ScheduleOperation {
  const key = at(names.schedules, intent.id)
  const { bits, time, other } = intent
  switch (kind) {
    case 'getSchedule':
      return { op: 'getSchedule', key }
    case 'getSchedules':
      return { op: 'getSchedules', keys: [...names.schedules.slice(0, 1 + other), key] }
    case 'dueSchedules':
      return { op: 'dueSchedules', partition: bits % 2, until: at(TIMES, time), limit: 1 + (other % 3) }
    case 'scanSchedules':
      return { op: 'scanSchedules', limit: 1 + (other % 3) }
    case 'putSchedule':
      return { op: 'putSchedule', item: scheduleFor(intent, key), found: foundFor(intent, key, given) }
    case 'putByHand':
      return { op: 'putSchedule', item: byHand(intent, key), found: foundFor(intent, key, given) }
    case 'removeSchedule': {
      const found = foundFor(intent, key, given)
      return { op: 'removeSchedule', key, found: found === 'absent' ? asVersion(other) : found }
    }
    case 'burySchedule':
      return { op: 'burySchedule', item: rawFor(intent, key, given), letter: given.letter }
    case 'fire':
      return { op: 'fire', firing: firingOf(intent, versioned(intent, given) ?? key, given) }
    case 'withdraw':
      return { op: 'withdraw', withdrawal: withdrawalOf(intent, versioned(intent, given) ?? key, given) }
    case 'putAtMostOnce':
      return { op: 'putAtMostOnce', job: given.item }
    case 'again':
      return given.ticks.at(-1 - (intent.age % 2)) ?? { op: 'getSchedule', key }
    case 'partitions':
      return { op: 'partitions' }
    case 'savePartitions':
      return { op: 'savePartitions', ...partitionsOf(intent, given) }
    case 'declared':
      return { op: 'declared' }
    case 'saveDeclared':
      return { op: 'saveDeclared', ...declaredOf(intent, given, names) }
  }
}

/** Now and then the very same one again, as when a reply was lost. Some are not due at any time. */
function scheduleFor({ bits, time, other, priority }: Intent, key: ScheduleKey): ScheduleItem {
  const parts = partsOf(key)
  if (!parts.ok) throw new Error(parts.reason)
  const { nextAt: _, ...whole } = scheduleItem({
    ...parts.value,
    version: asVersion(1 + (other % 4)),
    partition: bits % 2,
  })
  return bit(bits, 4) ? whole : { ...whole, nextAt: at(TIMES, time), window: at(UNIQUE_KEYS, priority) }
}

/** Without a version; and so much alike that one often has all that another has, and more. */
const byHand = ({ bits, time }: Intent, pk: string): RawSchedule => ({
  pk,
  cron: '0 9 * * *',
  queue: 'crm',
  ...(bit(bits, 1) ? { payload: { at: at(TIMES, time) } } : {}),
  ...(bit(bits, 2) ? { nextAt: at(TIMES, time), dueIn: String(bits % 2) } : {}),
})

/** As it was last seen, or before that, or as if nobody had ever looked. */
function foundFor({ age, token }: Intent, key: string, { schedules }: Given): FoundVersion {
  const seen = schedules.filter(({ pk }) => pk === key)
  return token < 8 ? foundVersion(seen.at(-1 - age)) : 'absent'
}

function rawFor(intent: Intent, key: string, { schedules }: Given): RawSchedule {
  const seen = schedules.filter((item) => item.pk === key && isRaw(item))
  return seen.at(-1 - intent.age) ?? byHand(intent, key)
}

/** The key of one that was seen, and that nobody had put by hand. */
function versioned({ other }: Intent, { schedules }: Given): ScheduleKey | undefined {
  const seen = schedules.filter((item) => !isRaw(item))
  return seen.at(-1 - (other % 2))?.pk as ScheduleKey | undefined
}

function versionFor(intent: Intent, key: string, given: Given): ScheduleVersion {
  const found = foundFor(intent, key, given)
  return typeof found === 'number' ? found : asVersion(intent.other)
}

function firingOf(intent: Intent, key: ScheduleKey, given: Given) {
  const { item } = given
  const jobs = [item, { ...item, sk: `${item.sk}1` } as typeof item].slice(0, 1 + (intent.bits % 2))
  return {
    schedule: scheduleFor({ ...intent, other: intent.other + 1 }, key),
    found: versionFor(intent, key, given),
    jobs,
    ...(jobs.length === 1 && bit(intent.bits, 5) ? { lock: lockFor(intent, given) } : {}),
  }
}

/** Of one job alone, as that of a unique key. */
function lockFor({ other, token, bits }: Intent, { item, locks }: Given): OverlapLock {
  const key = lockKeyOf({ ...item, uniqueKey: at(UNIQUE_KEYS, other) })
  if (!key) throw new Error('it is no unique key')
  const lock: Lock = { ...lockOfNext(key, item), mark: `m${token}` }
  const found = locks.findLast(({ pk }) => pk === key.pk)
  const started = bit(bits, 7) ? { hasStarted: true as const } : {}
  return { lock, ...(found && bit(bits, 6) ? { found: { ...found, ...started } } : {}) }
}

/** One job or two, each shard once. */
function withdrawalOf(intent: Intent, key: ScheduleKey, given: Given) {
  const { old, second, stateOf } = given
  const isSame = old.pk === second.pk && old.sk === second.sk
  const items = isSame || bit(intent.bits, 0) ? [old] : [old, second]
  const from = [...Map.groupBy(items, ({ pk }) => pk).values()].map(
    (ofShard): WithdrawnFrom => ({
      state: stateOf(ofShard[0] as RawItem),
      items: ofShard,
      ...expiryOf(intent),
    }),
  )
  return {
    schedule: scheduleFor({ ...intent, other: intent.other + 1 }, key),
    found: versionFor(intent, key, given),
    from,
  }
}

function partitionsOf({ bits, other, token, age }: Intent, { partitionNotes }: Given) {
  const note: PartitionsNote = {
    version: 1 + (other % 3),
    upTo: 1 + (bits % 3),
    ...(bit(bits, 2) ? { enabled: bit(bits, 3) ? 'all' : [0] } : {}),
    ...(bit(bits, 4) ? { lowering: { to: 1, since: token } } : {}),
  }
  return { note, found: (token < 8 ? partitionNotes.at(-1 - age) : undefined) ?? ('absent' as const) }
}

function declaredOf({ bits, other, token, age }: Intent, { declaredNotes }: Given, names: Names) {
  const note: DeclaredNote = {
    version: 1 + (other % 3),
    ...(bit(bits, 1) ? { configuration: at(UNIQUE_KEYS, bits) } : {}),
    keys: names.schedules.slice(0, bits % 3),
  }
  const found = token < 8 ? declaredNotes.at(-1 - age)?.version : undefined
  return { note, found: found ?? ('absent' as const) }
}
