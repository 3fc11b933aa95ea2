/** What a shard may use as far as its own item shows: enough to tell whether a look at it would find something to do. */
import { placeOf } from '../../core/job/job.ts'
import { isPlain, parseShard, type Shard } from '../../core/keys.ts'
import { limitsWithin } from '../../core/limits/in-force.ts'
import { PLAIN } from '../../core/limits/lending.ts'
import { held, lentOut } from '../../core/limits/limiter.ts'
import { MAX_SLOTS_PER_SHARD, type ShardLimits } from '../../core/limits/limits.ts'
import { mayUse } from '../../core/limits/portion.ts'
import { type QueueLimiter, weightIn } from '../../core/limits/queue-limiter.ts'
import type { Config, QueueConfig } from '../../core/queue/config.ts'
import { limitersOver } from '../../core/queue/covering.ts'
import { usageOf } from '../../core/shard/in-use.ts'
import { emptyState, type ShardGlance, slotEntries } from '../../core/shard/state.ts'
import { capacityOf } from './capacity.ts'

/**
 * What a sweep goes by. What a shard that waits has been lent meanwhile, or could be, its own item does not show: it is
 * looked at, in case that everybody who knew has died.
 */
export function limitsSwept(config: Config, seen: ShardGlance, now: number): ShardLimits | undefined {
  const limits = limitsSeen(config, seen, now)
  const shard = parseShard(seen.shard)
  const isBorrower = shard.ok && (!isPlain(shard.value) || limitersOver(config, shard.value).length > 0)
  const mayHaveMore = isBorrower || (seen.books !== undefined && lentOut(seen.books.slots) > 0)
  return limits && !limits.isPaused && mayHaveMore ? { ...limits, slots: MAX_SLOTS_PER_SHARD } : limits
}

/**
 * `undefined` for a shard that the configuration does not know. Of what others have one unit is counted: a shard that waits
 * with none in use is looked at now and then, in case nobody serves the line that it stands in.
 */
export function limitsSeen(config: Config, seen: ShardGlance, now: number): ShardLimits | undefined {
  const shard = parseShard(seen.shard)
  if (!shard.ok) return undefined
  const queue = placeOf(config, shard.value)
  if (!queue.ok) return undefined
  const limits = limitsOfPartition({ shard: shard.value, configured: queue.value, seen, now })
  const slots = limitersOver(config, shard.value).map((limiter) => jobsFrom(limiter, seen))
  return { ...limits, slots: Math.min(limits.slots, ...slots) }
}

/** For how many jobs the shard has units of a limiter, but at least one, as above. */
const jobsFrom = (limiter: QueueLimiter, { shard, borrowedFrom }: ShardGlance): number =>
  Math.max(1, Math.floor(held(borrowedFrom?.[limiter.name]?.slots) / weightIn(limiter, shard)))

interface Seen {
  readonly shard: Shard
  readonly configured: QueueConfig
  readonly seen: ShardGlance
  readonly now: number
}

function limitsOfPartition({ shard, configured, seen, now }: Seen): ShardLimits {
  if (!isPlain(shard)) return { slots: Math.max(1, held(seen.borrowed?.slots)) }
  const state = { ...emptyState(seen.shard), ...seen }
  const capacity = capacityOf({ shard, configured, owner: state, state, now })
  if (capacity === 'stale') throw new Error(`${PLAIN} shards borrow nothing`)
  const usage = usageOf(state, slotEntries(state.slots), capacity.limits, now)
  const limits = limitsWithin(capacity.limits, mayUse(capacity, usage))
  const mayRun = !limits.isPaused && limits.slowedUntil === undefined
  const hasLent = lentOut(capacity.books.slots) > 0 && mayRun
  return hasLent ? { ...limits, slots: Math.max(1, limits.slots) } : limits
}
