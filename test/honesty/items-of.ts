/** The jobs and dead letters that an intent speaks of: new ones, and those that were put before. */
import { type DeadLetter, deadEvent } from '../../lib/core/job/dead-letter.ts'
import type { JobItem, RawItem } from '../../lib/core/job/job.ts'
import { formatSortKey, type Priority } from '../../lib/core/keys.ts'
import type { Seen } from './given.ts'
import { at, bit, type Intent } from './intent.ts'
import { DEAD_PARTITIONS, type Names, TIMES } from './names.ts'

export const QUEUES = ['crm', 'q', 'constructor', 'ü'] as const

export function item({ shard, id, time, priority, payload, bits }: Intent, names: Names): JobItem {
  const position = { priority: (priority % 3) as Priority, runAt: at(TIMES, time), id: at(names.ids, id) }
  return {
    pk: at(names.shards, shard),
    sk: formatSortKey(position),
    task: 'sync',
    payload: at(names.payloads, payload),
    ...(bit(bits, 5) ? { attempt: 1 + (bits % 7) } : {}),
    ...(bit(bits, 6) ? { meta: { value: at(names.payloads, payload + 1) } } : {}),
    ...(bit(bits, 10) ? { countedIn: countedIn(bits) } : {}),
  }
}

const countedIn = (bits: number) => ({
  queue: Number(bit(bits, 7)),
  ...(bit(bits, 8) ? { partition: Number(bit(bits, 11)) } : {}),
})

/** Different keys: a batch may name each only once. */
export const batch = (intent: Intent, names: Names): JobItem[] =>
  names.ids.slice(0, 1 + (intent.bits % names.ids.length)).map((_, n) => item({ ...intent, id: n }, names))

/** Mostly one that was put, and that may have been replaced since. */
export const itemFor = (intent: Intent, names: Names, { items }: Seen): RawItem =>
  intent.token < 8 && items.length > 0 ? at(items.toReversed(), intent.other) : item(intent, names)

export const keyedItem = (intent: Intent, names: Names, seen: Seen): RawItem => {
  const keyed = seen.items.filter(({ uniqueKey }) => uniqueKey !== undefined)
  return itemFor(intent, names, keyed.length > 0 ? { ...seen, items: keyed } : seen)
}

export function letter({ other, time, bits, payload }: Intent, names: Names): DeadLetter {
  const id = at([...names.ids, ...names.odd], bits)
  const event = at(names.payloads, payload)
  const partition = bit(bits, 3) ? { partition: at(DEAD_PARTITIONS, bits) } : {}
  return { ...deadEvent({ queue: at(QUEUES, other), id, event }, 'no', at(TIMES, time)), ...partition }
}
