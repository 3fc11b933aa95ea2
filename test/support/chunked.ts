/** A configuration whose totals lie in chunks, however small they are. */
import type { Config } from '../../lib/core/queue/config.ts'

/** Those with guarantees lie in one item, as always. */
export const chunked = (config: Config, chunks: number): Config => ({
  ...config,
  queues: Object.fromEntries(
    Object.entries(config.queues).map(([name, queue]) => [
      name,
      {
        ...queue,
        limiters: queue.limiters.map((limiter) =>
          limiter.name.startsWith('total|') && !limiter.guaranteed
            ? { ...limiter, isDivided: true as const, chunks }
            : { ...limiter, chunks },
        ),
      },
    ]),
  ),
})
