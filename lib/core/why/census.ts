/**
 * How many jobs a queue has, counted by the way: the sweep goes through the shards that have jobs, and through as many of
 * each one's keys as it sees. So no table is read for it, and it is as old as the last sweep that came to the end.
 */
import { parseSortKey } from '../keys.ts'
import { jobsInFlight } from '../shard/in-flight.ts'
import type { SeenShard } from '../shard/seen-shards.ts'
import { type ShardGlance, slotEntries, sortKeyOf } from '../shard/state.ts'

export interface QueueCount {
  /** Shards that have jobs. */
  readonly shards: number
  /** Due, and not in flight. */
  readonly waiting: number
  /** Of those that wait: those whose shard has been looked at, and a limit let no more of them start. */
  readonly blocked: number
  /** Not due yet: delayed, or waiting for another attempt. */
  readonly delayed: number
  readonly inFlight: number
  /** Some shard has more jobs than the sweep has seen of it, which are some hundred. */
  readonly atLeast?: true
}

/** Times are epoch ms: the first page of the Jobs table was read at `from`, and the last one at `until`. */
export interface Census {
  readonly from: number
  readonly until: number
  readonly queues: Readonly<Record<string, QueueCount>>
}

/** What the sweeps know: the last census, and the one that is under way, as far as it has come. */
export interface CensusRecord {
  readonly counted?: Census
  readonly counting?: Census & { readonly cursor: string }
}

export const NO_JOBS: QueueCount = { shards: 0, waiting: 0, blocked: 0, delayed: 0, inFlight: 0 }

/** @param state absent if no pass has made one */
export function countOf({ keys, whole }: SeenShard, state: ShardGlance | undefined, now: number): QueueCount {
  const slots = jobsInFlight(slotEntries(state?.slots ?? {}))
  const held = new Set<string>(slots.map(sortKeyOf))
  const times = keys.flatMap((key) => {
    const position = parseSortKey(key)
    return position.ok && !held.has(key) ? [position.value.runAt] : []
  })
  const waiting = times.filter((runAt) => runAt <= now).length
  return {
    shards: 1,
    waiting,
    blocked: isHeldBack(state, now) ? waiting : 0,
    delayed: times.length - waiting,
    inFlight: slots.length,
    ...(whole ? {} : { atLeast: true }),
  }
}

/** A pass has left jobs here: who frees a slot or a unit brings them on, or the time at which the shard is looked at again. */
export const isHeldBack = (state: Pick<ShardGlance, 'waiting' | 'dueAt'> | undefined, now: number): boolean =>
  state !== undefined && (state.waiting || (state.dueAt !== undefined && state.dueAt > now))

export const added = (one: QueueCount, other: QueueCount): QueueCount => ({
  shards: one.shards + other.shards,
  waiting: one.waiting + other.waiting,
  blocked: one.blocked + other.blocked,
  delayed: one.delayed + other.delayed,
  inFlight: one.inFlight + other.inFlight,
  ...(one.atLeast || other.atLeast ? { atLeast: true } : {}),
})
