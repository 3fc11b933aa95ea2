/** What only time brings: each minute, shards of the due index get a wake-up delayed to the very moment. */
import { DUE_GROUPS } from '../core/shard/due-groups.ts'
import { TICK_AHEAD_MS } from '../core/times.ts'
import type { DelayedWake } from '../ports/queues.ts'
import type { Context } from './context.ts'
import { roundedUp } from './wake.ts'
import { wakeAll } from './wake-all.ts'

/**
 * A wake-up that the last tick has sent too does no harm. If a part of the index cannot be read the tick fails, but only
 * after all others have been woken.
 */
export async function tick(context: Pick<Context, 'store' | 'wake' | 'clock' | 'events'>): Promise<number> {
  const { store, clock } = context
  const now = clock.now()
  const groups = await Promise.allSettled(
    DUE_GROUPS.map((group) => store.states.due(group, now + TICK_AHEAD_MS)),
  )
  const due = groups.flatMap((group) => (group.status === 'fulfilled' ? group.value : []))
  const woken = await wakeAll(
    context,
    due.map(({ shard, dueAt }): DelayedWake => {
      return { shard, dueAt, delay_ms: roundedUp(Math.max(0, dueAt - now)) }
    }),
  )
  context.events.emit({ kind: 'ticked', woken })
  for (const group of groups) if (group.status === 'rejected') throw group.reason
  return woken
}
