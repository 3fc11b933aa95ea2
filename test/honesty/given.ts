/** What an operation is made of, beside its intent: what `resolve` has chosen of the names, and what has been seen. */
import { type PartKey, partKey, partsOfItem, type Room } from '../../lib/core/job/counted.ts'
import type { DeadLetter } from '../../lib/core/job/dead-letter.ts'
import type { JobItem, RawItem } from '../../lib/core/job/job.ts'
import type { Lock } from '../../lib/core/job/lock.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { AppRecord } from '../../lib/core/limits/app-rate.ts'
import type { Part } from '../../lib/core/limits/queue-size.ts'
import type { ShardState } from '../../lib/core/shard/state.ts'
import type { DeclaredNote, PartitionsNote, RawSchedule } from '../../lib/ports/schedules.ts'
import { bit, type Intent } from './intent.ts'
import type { ScheduleOperation } from './schedule-verbs.ts'

/** States in the order in which they were seen, and items that were put, each under a key of its own or another's. */
export interface Seen {
  readonly states: ReadonlyMap<ShardKey, readonly ShardState[]>
  readonly items: readonly RawItem[]
  readonly locks: readonly Lock[]
  readonly records: readonly AppRecord[]
  readonly letters: readonly DeadLetter[]
  readonly parts: readonly SeenPart[]
  /** As they were read or written, whatever stands there by now. */
  readonly schedules: readonly RawSchedule[]
  readonly partitionNotes: readonly PartitionsNote[]
  readonly declaredNotes: readonly DeclaredNote[]
  /** The last of them may come again, as when a reply was lost. */
  readonly ticks: readonly ScheduleOperation[]
}
export interface SeenPart {
  readonly key: PartKey
  readonly part: Part
}

export interface Given extends Omit<Seen, 'states' | 'items'> {
  readonly shard: ShardKey
  readonly state: ShardState
  /** A new one, and one that was put before, or mostly so. */
  readonly item: JobItem
  readonly old: RawItem
  readonly second: RawItem
  /** One that had a unique key when it was put, or mostly so. */
  readonly keyed: RawItem
  /** As the shard of an item was last seen, or before that. */
  readonly stateOf: (item: RawItem) => ShardState
  readonly letter: DeadLetter
}

/** Far enough for any test to be over before it. Epoch s. */
export const FAR_S = 2_000_000_000

export const expiryOf = ({ bits }: Intent): { readonly expiresAt?: number } =>
  bit(bits, 9) ? { expiresAt: FAR_S + bits } : {}

/**
 * Whether there is room: sometimes by the number of a part alone, sometimes by that of another one, too; and mostly by the maximum that was
 * seen last.
 */
export const roomsOf = (
  item: JobItem,
  { other, bits, time, token }: Intent,
  seen: readonly SeenPart[],
): Room[] =>
  partsOfItem(item).flatMap((key, n): Room[] => {
    const neighbour = { ...partKey(key.pk, (Number(key.sk) + 1) % 2), count: (time % 4) - 1 }
    const set = seen.findLast(({ key: { pk } }) => pk === key.pk)?.part.set
    const mark = token < 8 && set ? { mark: set.mark } : {}
    const room = { ...key, most: other, ...mark, ...(bit(bits, 2 + n) ? { others: [neighbour] } : {}) }
    return bit(bits, n) ? [room] : []
  })
