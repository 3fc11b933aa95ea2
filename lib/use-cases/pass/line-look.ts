/** When a shard looks again that a full line has kept out. */
import type { Job } from '../../core/job/job.ts'
import { lineLook } from '../../core/limits/full-line.ts'
import type { ShardLimits } from '../../core/limits/limits.ts'
import type { Context } from '../context.ts'

export function withLineLook(
  { random }: Pick<Context, 'random'>,
  limits: ShardLimits,
  due: readonly Job[],
  now: number,
): ShardLimits {
  const { limiter } = limits
  if (!limiter?.isLineFull) return limits
  const since = Math.min(now, ...due.map(({ runAt }) => runAt))
  return { ...limits, limiter: { ...limiter, lookAt: now + lineLook(now - since, random.number()) } }
}
