/**
 * DynamoDB's time to live: an item may go when its time has passed, soon or much later. The week for which an idle item
 * is kept is a matter of minutes here. So that this does no harm which a week would not do, an item stays while a slot
 * stands in it, while an override that was written by hand is too young for a sweep to have seen it, and while shards that
 * have borrowed from it are at work: in a week they would have touched it.
 */

import { STATE_KEPT_MS } from '../../../lib/core/times.ts'
import type { World } from './world.ts'

const LONGEST_PAUSE_MS = 600_000
/** A sweep, and the next ones if that fails. */
const SWEPT_MS = { calm: 400_000, kind: 1_000_000, refusing: 1_800_000, rough: 1_800_000 } as const

export function startExpiry(world: World): void {
  const { scheduler, random, plan } = world
  if (plan.week_ms === undefined) return
  const round = () => {
    for (const shard of world.tables.states.keys())
      if (isOver(world, shard) && random.chance(0.6)) remove(world, shard)
    scheduler.after(random.int(1000, LONGEST_PAUSE_MS), round)
  }
  scheduler.after(random.int(1, LONGEST_PAUSE_MS), round)
}

function isOver({ scheduler, plan, tables, writtenByHand }: World, shard: string): boolean {
  const state = tables.states.get(shard)
  if (state?.expiresAt === undefined || Object.keys(state.slots).length > 0) return false
  const isBorrowedFrom = [...tables.states.values()].some(
    (one) =>
      one.borrowed &&
      one.shard.startsWith(`${ownPrefix(shard)}|`) &&
      Object.keys({ ...one.slots, ...one.window }).length > 0,
  )
  if (state.books && (isBorrowedFrom || isAtWork(tables, shard))) return false
  const byHand = writtenByHand.get(shard) ?? Number.NEGATIVE_INFINITY
  return (
    state.expiresAt * 1000 - STATE_KEPT_MS + (plan.week_ms ?? STATE_KEPT_MS) <= scheduler.now &&
    byHand + SWEPT_MS[plan.weather] <= scheduler.now
  )
}

/** Whether shards that a limiter covers have jobs in flight. */
const isAtWork = ({ states }: World['tables'], key: string): boolean =>
  key.startsWith('$') &&
  [...states.values()].some(({ borrowedFrom = {}, slots }) => {
    const names = Object.keys(borrowedFrom).map((name) => `$limiter|${name}`)
    return names.includes(key.replace(/\|#\d+$/, '')) && Object.keys(slots).length > 0
  })

/** What the names of its other shards begin with: `queue|partition`, or `queue|` without a partition rule. */
const ownPrefix = (shard: string): string => (shard.includes('|') ? shard : `${shard}|`)

function remove(world: World, shard: string): void {
  const state = world.tables.states.get(shard)
  if (!state) return
  world.previous.set(shard, state)
  world.tables.states.delete(shard)
  world.emit({ kind: 'expired', state })
}
