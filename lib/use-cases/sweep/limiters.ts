/**
 * The items of totals and pools, which no pass writes: one in which somebody has written an override by hand would go with it
 * when its time has come.
 */
import { limiterKey } from '../../core/limits/queue-limiter.ts'
import { keptUntil } from '../../core/shard/expiry.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { SweepContext } from './tally.ts'

const SIDE_BY_SIDE = 8

export async function keepLimiters(context: SweepContext): Promise<void> {
  const { queues, pools } = context.config
  const ofQueues = Object.values(queues).flatMap(({ limiters, rates }) => [...limiters, ...rates])
  const names = [...ofQueues, ...Object.values(pools)].map(({ name }) => name)
  const keys = [...new Set(names)].map(limiterKey)
  await forEachSideBySide(keys, SIDE_BY_SIDE, (key) => keep(context, key))
}

/** A write of its books that changes nothing makes an item with an override stay. */
async function keep(
  { store, clock, events }: SweepContext,
  key: ReturnType<typeof limiterKey>,
): Promise<void> {
  try {
    const owner = await store.states.read(key)
    if (!owner?.override || owner.expiresAt === undefined) return
    const expiresAt = keptUntil(clock.now())
    await store.states.writeBooks(owner, { loans: [], line: [], isLending: false, expiresAt })
  } catch (error) {
    events.emit({ kind: 'sweep of a part failed', part: key, error })
  }
}
