/** Who has units of a limiter until when, and since when others wait for them: what the items of these shards say. */
import type { ShardKey } from '../keys.ts'
import { jobsInFlight } from '../shard/in-flight.ts'
import { type ShardGlance, slotEntries } from '../shard/state.ts'
import { holderIn, type SlotHolder, type UnitsHolder } from './reason.ts'

/** A shard that has units of a limiter. */
export interface ShardHolder {
  readonly shard: string
  readonly units: number
  /**
   * Its jobs in flight, those that end first at the latest first, then those that have not started. Absent if its item was
   * not looked at, or is gone or damaged. Empty if it has units that it does not use.
   */
  readonly jobs?: readonly SlotHolder[]
}

/** A shard that waits for units of a limiter. */
export interface ShardWaiting {
  readonly shard: string
  readonly priority: number
  /** Since when that limiter holds its jobs back, epoch ms. Absent if its item was not looked at, or says nothing of that. */
  readonly since?: number
}

export type Glanced = ReadonlyMap<string, Pick<ShardGlance, 'slots' | 'held'>>

/** Those whose jobs end first at the latest come first, and at the end those that were not looked at. */
export const holdersWithJobs = (holders: readonly ShardHolder[], seen: Glanced): readonly ShardHolder[] =>
  holders
    .map((holder): ShardHolder => {
      const slots = seen.get(holder.shard)?.slots
      return slots ? { ...holder, jobs: jobsOf(slots) } : holder
    })
    .toSorted(inOrder)

/** Those that were not looked at stay in their order. */
const inOrder = (one: ShardHolder, other: ShardHolder): number =>
  byEnd(firstOf(one), firstOf(other)) ||
  rank(one) - rank(other) ||
  (one.jobs && one.shard < other.shard ? -1 : Number(one.jobs !== undefined))

const jobsOf = (slots: ShardGlance['slots']): SlotHolder[] =>
  jobsInFlight(slotEntries(slots))
    .map(([id, slot]) => holderIn(id, slot))
    .toSorted(byEnd)

type Times = Pick<SlotHolder, 'until' | 'sentAt'>

/** A job that has not started comes behind all that have, and a shard without jobs behind all others. */
const byEnd = (one: Times, other: Times): number =>
  timeOr(one.until) - timeOr(other.until) || timeOr(one.sentAt) - timeOr(other.sentAt)

/** Finite, for times are subtracted. */
const timeOr = (time = Number.MAX_SAFE_INTEGER): number => time
const firstOf = ({ jobs = [] }: ShardHolder): Times => jobs[0] ?? {}
const rank = ({ jobs }: ShardHolder): number => (jobs ? 0 : 1)

/** The last note of an item says what holds its jobs now. */
export const waitingSince = (
  limiter: string,
  waiting: readonly ShardWaiting[],
  seen: Glanced,
): readonly ShardWaiting[] =>
  waiting.map((one) => {
    const last = seen.get(one.shard)?.held?.at(-1)
    return last?.by === limiter ? { ...one, since: last.since } : one
  })

/** So many shards are looked at, of those that have units and of those that wait: one call reads so many items. */
const MOST_LOOKED_AT = 100

/** Of `shards`, in their order, the first ones. */
export const toLookAt = (shards: readonly { readonly shard: string }[]): ShardKey[] =>
  shards.slice(0, MOST_LOOKED_AT).map(({ shard }) => shard as ShardKey)

/** The job that gives its units back first. The holders are in the order of `holdersWithJobs`. */
export function firstHolder(holders: readonly ShardHolder[]): UnitsHolder | undefined {
  const found = holders.find(({ jobs = [] }) => jobs.length > 0)
  const [first] = found?.jobs ?? []
  return found && first && { shard: found.shard, ...first }
}
