/** What is written down of a job, or a batch of them, that gets a slot. */
import { itemBytes } from '../job/item-size.ts'
import { plannedRate } from '../limits/limits.ts'
import { isFresh } from '../shard/closed.ts'
import { sizeOf } from '../shard/state.ts'
import type { Batch } from './batches.ts'
import { waitsOf } from './held.ts'
import type { Claim, PassInput } from './input.ts'
import { plannedStart } from './room.ts'

/** @param index which of the claims it is: the first one may be the worker's own */
export function claim(
  batch: Batch,
  mayStartAt: number,
  index: number,
  { state, limits, now, reading, newToken, runUntil, shared }: PassInput,
): Claim {
  const [job, ...others] = batch
  const slot = {
    token: newToken(),
    priority: job.priority,
    runAt: job.runAt,
    ...sizeOf(itemBytes(job.item)),
    // However few slots there are now, there may be more while this one is in flight.
    ...(batch.some(({ runAt }) => isFresh(runAt, reading.since)) ? { fresh: true as const } : {}),
    ...(job.alone ? { alone: job.alone } : {}),
    ...(others.length > 0 ? { others: others.map(({ key }) => key.sk) } : {}),
  }
  const granted = limits.shared?.grants[index]
  const waits = (startAt: number) => waitsOf(state, { from: job.runAt, until: startAt }, now)
  const known = { job, ...(others.length > 0 ? { others } : {}), ...(granted ? { granted } : {}) }
  const startBy = granted ? { startBy: granted.until } : {}
  const isOwn = index === 0 && runUntil !== undefined && !(shared && job.alone)
  if (!isOwn)
    return { ...known, slot: { ...slot, sentAt: now, ...startBy }, startAt: mayStartAt, ...waits(mayStartAt) }
  const hasRate = plannedRate(limits) !== undefined || granted !== undefined
  const startAt = plannedStart(mayStartAt, now, hasRate)
  return {
    ...known,
    slot: { ...slot, deadline: runUntil, ...(shared ? { shared: true as const } : {}) },
    startAt,
    ...waits(startAt),
  }
}
