/**
 * The net under everything: every few minutes all state items are read once, and shards that somebody should have
 * looked at long ago are woken. It finds what a lost message, a dead worker or a dead dispatcher left behind.
 */

import { isOverdue } from '../core/attention.ts'
import type { Config } from '../core/config.ts'
import { isDead, type ShardState } from '../core/state.ts'
import { type Context, currentLimits } from './context.ts'

/** A wake-up that is late by less than this is probably still on its way. */
const LATE_MS = 30_000

export async function sweep(
  context: Pick<Context, 'config' | 'store' | 'wake' | 'clock' | 'logger'>,
): Promise<number> {
  let woken = 0
  let cursor: string | undefined
  do {
    const page = await context.store.states.scan(cursor)
    for (const problem of page.damaged) context.logger.error('a state item cannot be read', { problem })
    const now = context.clock.now()
    const shards = page.states.filter((state) => needsAttention(context.config, state, now))
    await context.wake.send(shards.map(({ shard }) => ({ shard, delay_ms: 0 })))
    woken += shards.length
    cursor = page.cursor
  } while (cursor !== undefined)
  return woken
}

export function needsAttention(config: Config, state: ShardState, now: number): boolean {
  const limits = currentLimits(config, state)
  if (!limits) return false
  const slots = Object.values(state.slots)
  const overdue = state.dueAt !== undefined && state.dueAt + LATE_MS <= now
  const room = state.waiting && slots.length < limits.slots
  return overdue || room || slots.some((slot) => isDead(slot, now) || isOverdue(slot, now))
}
