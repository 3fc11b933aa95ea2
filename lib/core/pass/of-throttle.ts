/**
 * Whether it is its throttle that holds a shard, and not that it has too few starts of its partition's rate. A shard that has none asks
 * for one and stands in the line, throttled or not: others would use all of them for as long as it is slow.
 */
import type { ShardLimits } from '../limits/limits.ts'
import type { PassInput } from './input.ts'
import { roomFor, type Staying } from './room.ts'

/** @param claims how many jobs the pass claims, besides those that stay */
export function isHeldByThrottle(
  { state, limits: { throttle, rateLimit }, now }: PassInput,
  staying: Staying,
  claims: number,
): boolean {
  if (!throttle) return false
  const slots = staying.length + claims + 1
  const startsNext = (limits: Pick<ShardLimits, 'rateLimit'>) =>
    roomFor(staying, { state, now, limits: { ...limits, slots } }).starts.length > claims
  const hasUnusedStart = startsNext(rateLimit ? { rateLimit } : {})
  const { rate, allowedInAll } = throttle
  const withOneMore = { ...rate, allowed: Math.min(allowedInAll, rate.allowed + 1) }
  return hasUnusedStart || !startsNext({ rateLimit: withOneMore })
}
