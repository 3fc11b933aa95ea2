/** A configuration whose totals lie in chunks, however small they are. */
import type { QueueLimiter } from '../../lib/core/limits/queue-limiter.ts'
import type { Config } from '../../lib/core/queue/config.ts'

/** Those with guarantees lie in one item, as always. */
export const chunked = (
  config: Config,
  chunks: number,
  isMeant: (limiter: QueueLimiter) => boolean = () => true,
): Config => {
  const divided = ({ isDivided: _, ...limiter }: QueueLimiter): QueueLimiter =>
    limiter.name.startsWith('total|') && !limiter.guaranteed && isMeant(limiter)
      ? { ...limiter, isDivided: true, chunks }
      : { ...limiter, chunks }
  const queues = Object.entries(config.queues).map(([name, queue]) => [
    name,
    { ...queue, limiters: queue.limiters.map(divided) },
  ])
  return { ...config, queues: Object.fromEntries(queues) }
}
