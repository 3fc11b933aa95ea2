/**
 * A total or a pool changed at run time: its units, a pause, a slow-down. One write to the limiter's own item, also if its units lie in
 * chunks: each visitor of a chunk reads that, too.
 */
import type { ShardKey } from '../../core/keys.ts'
import type { LimitOverride } from '../../core/limits/limits.ts'
import { withLimits } from '../../core/limits/pause.ts'
import { type LimiterName, limiterKey } from '../../core/limits/queue-limiter.ts'
import { endsSooner, type SlowDown } from '../../core/limits/slow-down.ts'
import { isHeldByRateOf, isHeldBySlowDown } from '../../core/pass/held.ts'
import { isCoveredBy, rateNamed } from '../../core/queue/covering.ts'
import { keptUntil } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { wakeNow } from '../wake.ts'
import { type Amendment, amend, fenceAll } from './amend.ts'
import { chunkKeysIn, joinedBooks, readChunks } from './limiter-parts.ts'
import { notingRaise } from './noting-raise.ts'
import { wakeHeld } from './wake-held.ts'

type Needed = Pick<Context, 'store' | 'wake' | 'clock'>

/** No pass writes a limiter's item: unless it has an override, it goes a week after its last use. */
export const amendLimiter = (context: Needed, name: LimiterName, change: Amendment): Promise<void> =>
  writeLimiter(context, (expiresAt) => amend(context, limiterKey(name), change, expiresAt))

/** Replaces what somebody has set, or with `undefined` goes back to what is configured. Whoever waits for a rate that is raised is woken. */
export async function setLimiter(
  context: Needed & Pick<Context, 'config'>,
  name: LimiterName,
  limits: LimitOverride | undefined,
): Promise<void> {
  const rateLimit = rateNamed(context.config, name)
  const { change, isRaised } = notingRaise(rateLimit ? { rateLimit } : {}, withLimits(limits))
  await amendLimiter(context, name, change)
  if (isRaised()) await wakeHeld(context, (state) => isHeldByRateOf(name, state))
}

/** Whoever waits for its end is woken if that comes sooner now. */
export async function slowLimiter(
  context: Needed & Pick<Context, 'config'>,
  name: LimiterName,
  slow: SlowDown | undefined,
): Promise<void> {
  const { config, store, clock } = context
  const before = await store.states.read(limiterKey(name))
  await writeLimiter(context, (expiresAt) => store.states.slowDown(limiterKey(name), slow, expiresAt))
  if (endsSooner(before?.slowed, slow, clock.now()))
    await wakeHeld(context, (state) => isHeldBySlowDown(state) && isCoveredBy(config, state.shard, name))
}

/**
 * When it returns, nothing more is admitted beyond what was set: the write makes every loan lose that is being made, and a
 * fence in each shard that has units makes every pass lose that has read the item before. Whoever has units or waits is woken.
 */
async function writeLimiter(
  { store, wake, clock }: Needed,
  write: (expiresAt: number) => Promise<ShardState>,
): Promise<void> {
  const expiresAt = keptUntil(clock.now())
  const root = await write(expiresAt)
  const { loans, line } = joinedBooks([root, ...(await fencedChunks({ store }, root, expiresAt))])
  const [borrowers, waiting] = [Object.keys(loans), Object.keys(line)] as [ShardKey[], ShardKey[]]
  // Shards of any kind borrow, and plain ones own the limits of their partitions.
  await fenceAll({ store }, borrowers, expiresAt, 'limits')
  await wakeNow({ wake }, new Set([...borrowers, ...waiting]))
}

/**
 * The chunks as they are after a fence: whatever is lent there from now on, is lent by one who has read the root after its write. Those
 * that have nothing yet get it from the root alone.
 */
async function fencedChunks(
  { store }: Pick<Needed, 'store'>,
  root: ShardState,
  expiresAt: number,
): Promise<readonly ShardState[]> {
  await fenceAll({ store }, chunkKeysIn(root), expiresAt, 'limits')
  return readChunks({ store }, root)
}
