/**
 * What only time brings: each minute, shards of the due index get a wake-up delayed to the very moment, and partitions of schedules
 * are fired in which something is due.
 */
import { DUE_GROUPS } from '../core/shard/due-groups.ts'
import { TICK_AHEAD_MS } from '../core/times.ts'
import type { DelayedWake } from '../ports/queues.ts'
import type { Context } from './context.ts'
import { type TickPart, wakePartitions } from './schedules/wake-partitions.ts'
import { roundedUp } from './wake.ts'
import { wakeAll } from './wake-all.ts'

type TickContext = Pick<Context, 'config' | 'store' | 'wake' | 'clock' | 'events'>

/** No part keeps the other from being done. If one fails the tick does, but only when both are over. */
export async function tick(context: TickContext): Promise<number> {
  const failed = (error: unknown): TickPart => ({ sent: 0, errors: [error] })
  const [woken, fired] = await Promise.all([
    wakeDue(context).catch(failed),
    wakePartitions(context).catch(failed),
  ])
  context.events.emit({ kind: 'ticked', woken: woken.sent, fired: fired.sent })
  for (const error of [...woken.errors, ...fired.errors]) throw error
  return woken.sent + fired.sent
}

/** A wake-up that the last tick has sent too does no harm. */
async function wakeDue(context: TickContext): Promise<TickPart> {
  const { store, clock } = context
  const now = clock.now()
  const groups = await Promise.allSettled(
    DUE_GROUPS.map((group) => store.states.due(group, now + TICK_AHEAD_MS)),
  )
  const due = groups.flatMap((group) => (group.status === 'fulfilled' ? group.value : []))
  const sent = await wakeAll(
    context,
    due.map(({ shard, dueAt }): DelayedWake => {
      return { shard, dueAt, delay_ms: roundedUp(Math.max(0, dueAt - now)) }
    }),
  )
  return { sent, errors: groups.flatMap((group) => (group.status === 'rejected' ? [group.reason] : [])) }
}
