/** A shard's account with one of those that lend to it: its partition's plain shard, or a limiter of its queue. */
import { placeOf } from '../../core/job/job.ts'
import { type JobId, parseShard, type Shard, type ShardKey } from '../../core/keys.ts'
import { capOf, limitsInForce, type Units } from '../../core/limits/in-force.ts'
import type { Borrower } from '../../core/limits/limiter.ts'
import type { Portion, Usage } from '../../core/limits/portion.ts'
import type { QueueLimiter } from '../../core/limits/queue-limiter.ts'
import { shardOf } from '../../core/limits/shards.ts'
import { limitersOver } from '../../core/queue/covering.ts'
import { unitsOfState, usageOf } from '../../core/shard/in-use.ts'
import type { BorrowedUnits, ShardState, Slot } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'

interface Account {
  /** The partition's name. */
  readonly shard: Shard
  /** The limiter that lends; absent if the partition's plain shard does. */
  readonly limiter?: QueueLimiter
}

/** The shard that has this name in the books. */
export const shardNamed = ({ shard, limiter }: Account, name: Borrower): ShardKey =>
  limiter ? (name as ShardKey) : shardOf(shard, name)

/** What a shard's item says that it has. */
export const borrowedIn = (
  { borrowed = {}, borrowedFrom = {} }: Pick<ShardState, 'borrowed' | 'borrowedFrom'>,
  { limiter }: Account,
): BorrowedUnits => (limiter ? (borrowedFrom[limiter.name] ?? {}) : borrowed)

/** Writes down what a shard has from now on, by a write that makes every pass lose which has read it before. */
export const recordIn = (
  { store }: Context,
  { limiter }: Account,
  state: ShardState,
  { borrowed, expiresAt }: { readonly borrowed: BorrowedUnits; readonly expiresAt: number | undefined },
): Promise<ShardState | undefined> =>
  limiter
    ? store.states.recordBorrowedFrom(state, { ...state.borrowedFrom, [limiter.name]: borrowed }, expiresAt)
    : store.states.recordBorrowed(state, borrowed, expiresAt)

/**
 * What a deploy has made of a shard that borrows: `covered` still; `stranded`, for its queue has another partition rule now; or
 * `left`, for its queue is no more, or is not covered any more. The last two neither wait for units nor give any back by
 * themselves, and what runs in the last one uses none.
 */
export type Standing = 'covered' | 'stranded' | 'left'

export function standingOf(
  { config }: Pick<Context, 'config'>,
  { limiter }: Account,
  name: Borrower,
): Standing {
  if (!limiter) return 'covered'
  const shard = parseShard(name)
  if (!shard.ok || !limitersOver(config, shard.value).some(({ name }) => name === limiter.name)) return 'left'
  return placeOf(config, shard.value).ok ? 'covered' : 'stranded'
}

export const isStranger = (context: Pick<Context, 'config'>, account: Account, name: Borrower): boolean =>
  standingOf(context, account, name) !== 'covered'

/** A paused shard has no use for units, and no sweep wakes it: what it has been lent it may never have heard of. */
export function isPausedIn(
  { config, clock }: Pick<Context, 'config' | 'clock'>,
  name: Borrower,
  state: ShardState,
): boolean {
  const shard = parseShard(name)
  const queue = shard.ok ? placeOf(config, shard.value) : undefined
  return queue?.ok === true && capOf(limitsInForce(queue.value, state, clock.now()), 'slots') === 0
}

type Counted = Pick<Portion, 'weightOf' | 'limits'>

/** A job uses as many units of a limiter as it weighs there. */
const weighed = ({ slots, starts }: Units, weight: number): Units => ({ slots: slots * weight, starts })

/** What a shard with this name uses. */
export const unitsUsed = (
  { weightOf, limits }: Counted,
  name: Borrower,
  state: ShardState,
  now: number,
): Units => weighed(unitsOfState(state, limits, now), weightOf?.(name) ?? 1)

/** What the shard itself uses when a pass has seen which of its slots stay. */
export function usageIn(
  { weightOf, limits, self }: Counted & Pick<Portion, 'self'>,
  state: ShardState,
  staying: readonly (readonly [JobId, Slot])[],
  now: number,
): Usage {
  const { inUse, freed } = usageOf(state, staying, limits, now)
  const weight = weightOf?.(self) ?? 1
  return { inUse: weighed(inUse, weight), freed: weighed(freed, weight) }
}
