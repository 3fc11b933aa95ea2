/**
 * What a shard keeps of one gate while its next job lacks another. Whoever keeps something while it waits must not wait for
 * somebody who waits for that. So there is one order: what covers lanes alone, the partition, what covers whole queues. Where
 * queues take different pools for all of their jobs, one queue's order would be the other's reversed: there all such pools
 * count as those of queues.
 *
 * A lane that waits for a pool or a tag keeps nothing of its partition if others want that: its blocked jobs hide nobody. What
 * it has of a pool it keeps while it waits for its partition, as long as nothing of it runs: it is the next there. Not for a
 * start of a rate with a long period, as with rates that queues share: other partitions would wait for all of that.
 */
import { KEPT_FOR_START_MS } from '../times.ts'
import { capOf, type Units } from './in-force.ts'
import { unitsOfOneJob } from './lending.ts'
import type { Lack, Portion } from './portion.ts'

interface Seen {
  readonly portion: Portion
  readonly may: Units
  /** After the pass has claimed. */
  readonly inUse: Units
}

const isLacking = (lack: Lack | undefined): boolean => lack !== undefined && (lack.slots || lack.starts)

/** Whether the gate keeps what the next job needs of it. */
export function keepsForNext(gates: readonly Seen[], lacks: readonly Lack[], index: number): boolean {
  const gate = gates[index]
  if (!gate) return false
  const lacking = gates.flatMap((other, n) => (isLacking(lacks[n]) && n !== index ? [{ ...other, n }] : []))
  if (index === 0) return lacking.some(({ portion }) => !portion.ofLane)
  const { ofLane } = gate.portion
  return lacking.some(({ portion, inUse, n }) => {
    if (n > 0) return isOpen(portion) && (portion.ofLane === ofLane ? n > index : ofLane === true)
    return ofLane === true && inUse.slots === 0 && isOpen(portion) && isSoon(portion, lacks[n])
  })
}

/** A start of the partition comes within a period: when, only those know that have made the starts before it. */
const isSoon = ({ limits }: Portion, lack: Lack | undefined): boolean =>
  !lack?.starts || (limits.rateLimit?.period_ms ?? 0) <= KEPT_FOR_START_MS

/** Nobody knows how long it takes until a partition, or a limiter, that is paused or slowed down goes on. */
export const isOpen = ({ limits }: Pick<Portion, 'limits'>): boolean =>
  limits.slowedUntil === undefined && capOf(limits, 'slots') > 0

/**
 * The limiter in whose line a lane stands already, if that lets nothing through yet: it stays there until it is served, whatever
 * its partition has meanwhile. Otherwise each visit would cost it its place.
 */
export const awaitedGate = (gates: readonly Seen[]): number =>
  gates.findIndex(
    ({ portion, may, inUse }) =>
      portion.ofLane === true &&
      portion.books.slots.line[portion.self] !== undefined &&
      inUse.slots + unitsOfOneJob(portion, 'slots', portion.self) > may.slots,
  )
