/** How full a queue that may be full is: the numbers that `enqueue` obeys. */
import { type SizeLimit, sizeLimitsOf } from '../../core/job/counted.ts'
import { formatShard, type Shard } from '../../core/keys.ts'
import { limitInForce, sizeOf } from '../../core/limits/queue-size.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { type SizesSeen, type SizeUse, sizeUse } from '../../core/why/sizes.ts'
import type { Eyes } from './look-at.ts'

/** A read unit for each limit; nothing for a queue without any. */
export async function sizesSeen(
  eyes: Pick<Eyes, 'store'>,
  queue: QueueConfig,
  place: Shard,
): Promise<{ readonly sizes?: SizesSeen }> {
  const limits = sizeLimitsOf(queue, formatShard(place))
  if (limits.length === 0) return {}
  const seen = await Promise.all(
    limits.map(async (limit) => [limit.scope, await sizeSeen(eyes, limit)] as const),
  )
  return { sizes: Object.fromEntries(seen) }
}

export const sizeSeen = async ({ store }: Pick<Eyes, 'store'>, configured: SizeLimit): Promise<SizeUse> => {
  const counts = await store.history.size(configured.pk)
  return sizeUse(sizeOf(counts), configured, limitInForce(configured, counts))
}
