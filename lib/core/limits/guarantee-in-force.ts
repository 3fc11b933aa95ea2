/** What is guaranteed of a total now: as configured, or as somebody has set it at run time. */
import { byPartition, type Guaranteed, type Kept, keptForOthers, unfilledIn } from './guarantee.ts'
import type { Limiter } from './limiter.ts'
import type { LimitOverride } from './limits.ts'
import type { QueueLimiter } from './queue-limiter.ts'

/**
 * What is guaranteed of a limiter: as somebody has set it, or else as configured. Of fewer units than that comes to, for a deploy
 * has lowered the total since, each gets its part.
 */
export function guaranteeInForce(
  { name, concurrency, guaranteed }: Pick<QueueLimiter, 'name' | 'concurrency' | 'guaranteed'>,
  override: LimitOverride | undefined,
): Guaranteed | undefined {
  if (!name.startsWith('total|')) return undefined
  const units = override?.guaranteed ?? guaranteed ?? {}
  const all = Object.values(units).reduce((sum, units) => sum + units, 0)
  const total = override?.guaranteed ? (override.concurrency ?? concurrency) : concurrency
  return all > 0 ? { units, total: Math.max(total, all) } : undefined
}

/** What is guaranteed of a limiter, and what is kept of that, as people see it. */
export function guaranteeSeen(
  guaranteed: Guaranteed | undefined,
  cap: number,
  limiter: Limiter,
): { readonly guaranteed?: Kept; readonly kept?: Kept } {
  if (!guaranteed) return {}
  const kept = keptForOthers(unfilledIn(guaranteed, cap, limiter), undefined)
  return { guaranteed: byPartition(Object.entries(guaranteed.units)), kept }
}
