/** A configuration whose totals and pools have short lines, so that few shards fill them. */
import type { QueueLimiter } from '../../lib/core/limits/queue-limiter.ts'
import type { Config } from '../../lib/core/queue/config.ts'

export const withShortLines = (config: Config, longestLine: number): Config => {
  const short = (limiter: QueueLimiter): QueueLimiter => ({ ...limiter, longestLine })
  const queues = Object.entries(config.queues).map(([name, queue]) => [
    name,
    { ...queue, limiters: queue.limiters.map(short) },
  ])
  const pools = Object.entries(config.pools).map(([name, { units, ...pool }]) => [
    name,
    { ...pool, ...(units ? { units: short(units) } : {}) },
  ])
  return { ...config, queues: Object.fromEntries(queues), pools: Object.fromEntries(pools) }
}
