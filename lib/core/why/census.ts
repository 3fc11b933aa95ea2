/**
 * How many jobs a queue has, counted by the way: the sweep goes through the shards that have jobs, and through as many of
 * each one's keys as it sees. So no table is read for it, and it is as old as the last sweep that came to the end.
 */
import { parseSortKey } from '../keys.ts'
import { lostAmong, type Part } from '../limits/queue-size.ts'
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
  /** Of how many shards jobs wait, by what has held them when they were looked at last. Absent if none waits. */
  readonly waitingFor?: WaitingFor
  /** The shard of the job that has been due for longest. Absent if none waits. */
  readonly longest?: LongestWait
  /**
   * Of a queue that may be full: so many jobs its number counts that are not there, for somebody has deleted their items by
   * hand. `recount` sets that right. What was put or moved during the count may be among them, so one census alone proves nothing.
   */
  readonly lost?: number
  /** Some shard has more jobs than the sweep has seen of it, which are some hundred. */
  readonly atLeast?: true
}

/**
 * `slots`, `rate`, `paused`, …, or the name of a limiter: `total|crm`, `pool|api rate`; those of which each value has one by their
 * rule, `each|user=…`. `nothing`: nobody has looked yet. `other`: another job with the same id, or there are too many names.
 */
export type WaitingFor = Readonly<Record<string, number>>

export interface LongestWait {
  readonly shard: string
  /** When its job became due. Epoch ms. */
  readonly since: number
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
  readonly counting?: Census & { readonly cursor: string; readonly sizes?: Readonly<Record<string, Part>> }
}

export const NO_JOBS: QueueCount = { shards: 0, waiting: 0, blocked: 0, delayed: 0, inFlight: 0 }

/** @param state absent if no pass has made one */
export function countOf(
  { shard, keys, whole }: SeenShard,
  state: ShardGlance | undefined,
  now: number,
): QueueCount {
  const slots = jobsInFlight(slotEntries(state?.slots ?? {}))
  const held = new Set<string>(slots.map(sortKeyOf))
  const times = keys.flatMap((key) => {
    const position = parseSortKey(key)
    return position.ok && !held.has(key) ? [position.value.runAt] : []
  })
  const due = times.filter((runAt) => runAt <= now)
  const waiting = due.length
  return {
    shards: 1,
    waiting,
    blocked: isHeldBack(state, now) ? waiting : 0,
    delayed: times.length - waiting,
    inFlight: slots.length,
    ...(waiting === 0
      ? {}
      : { waitingFor: { [heldBy(state, now)]: 1 }, longest: { shard, since: Math.min(...due) } }),
    ...(whole ? {} : { atLeast: true }),
  }
}

/** A pass has left jobs here: who frees a slot or a unit brings them on, or the time at which the shard is looked at again. */
export const isHeldBack = (state: Pick<ShardGlance, 'waiting' | 'dueAt'> | undefined, now: number): boolean =>
  state !== undefined && (state.waiting || (state.dueAt !== undefined && state.dueAt > now))

function heldBy(state: ShardGlance | undefined, now: number): string {
  if (!isHeldBack(state, now)) return 'nothing'
  const by = state?.held?.at(-1)?.by ?? OTHER
  return /^(each|rate)\|/.test(by) ? by.replace(/=.*$/, '=…') : by
}
const OTHER = 'other'

/** As many as any configuration needs; what was damaged by hand may say anything. */
const MOST_NAMES = 50

function together(one: WaitingFor = {}, other: WaitingFor = {}): WaitingFor {
  const sum = new Map(Object.entries(one))
  for (const [name, shards] of Object.entries(other)) {
    const known = sum.has(name) || sum.size < MOST_NAMES ? name : OTHER
    sum.set(known, (sum.get(known) ?? 0) + shards)
  }
  return Object.fromEntries(sum)
}

/** With what its number counts beyond that. A count that saw not all says nothing of it. */
export function withLost(count: QueueCount, before: Part | undefined, now: Part | undefined): QueueCount {
  if (!before || !now || count.atLeast) return count
  const lost = lostAmong(before, now, count.waiting + count.delayed + count.inFlight)
  return lost > 0 ? { ...count, lost } : count
}

export const added = (one: QueueCount, other: QueueCount): QueueCount => ({
  shards: one.shards + other.shards,
  waiting: one.waiting + other.waiting,
  blocked: one.blocked + other.blocked,
  delayed: one.delayed + other.delayed,
  inFlight: one.inFlight + other.inFlight,
  ...ofWaiting(one, other),
  ...(one.atLeast || other.atLeast ? { atLeast: true } : {}),
})

function ofWaiting(one: QueueCount, other: QueueCount): Pick<QueueCount, 'waitingFor' | 'longest'> {
  const [longest] = [one, other]
    .flatMap((count) => count.longest ?? [])
    .toSorted((earlier, later) => earlier.since - later.since)
  return longest ? { waitingFor: together(one.waitingFor, other.waitingFor), longest } : {}
}
