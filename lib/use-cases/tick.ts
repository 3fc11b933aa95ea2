/** What only time brings: each minute, shards of the due index get a wake-up delayed to the very moment. */
import { DUE_GROUPS } from '../core/due-index.ts'
import type { DelayedWake } from '../ports/queues.ts'
import type { Context } from './context.ts'
import { roundedUp } from './wake.ts'

/** A minute until the next tick, and half a one in case it is late. A wake-up sent twice does no harm. */
const AHEAD_MS = 90_000

export async function tick({
  store,
  wake,
  clock,
}: Pick<Context, 'store' | 'wake' | 'clock'>): Promise<number> {
  const now = clock.now()
  const groups = await Promise.all(DUE_GROUPS.map((group) => store.states.due(group, now + AHEAD_MS)))
  const wakes = groups.flat().map(({ shard, dueAt }): DelayedWake => {
    return { shard, dueAt, delay_ms: roundedUp(Math.max(0, dueAt - now)) }
  })
  await wake.send(wakes)
  return wakes.length
}
