/**
 * The shortest time between two starts of a partition: a rate of one start in any window of that length. So all that holds
 * for a rate holds for it, over however many shards jobs may lie.
 */
import { ConfigurationError } from '../errors.ts'
import { MAX_SLOTS_PER_SHARD, type RateLimit, withMargin } from '../limits/limits.ts'

interface Input {
  readonly minInterval?: number | undefined
  readonly rateLimit?: object | undefined
  readonly shards?: number | undefined
  readonly concurrency?: number | undefined
}

/** @throws ConfigurationError if it contradicts what else is configured */
export function intervalOf(
  name: string,
  { minInterval, rateLimit, shards, concurrency }: Input,
): RateLimit | undefined {
  if (minInterval === undefined) return undefined
  const refuse = (problem: string) => {
    throw new ConfigurationError(`queues.${name}.minInterval`, problem)
  }
  if (rateLimit)
    refuse('it is a rate of one start an interval, and a partition has one rate: leave it or rateLimit out')
  // With more, shards would pass the one start round, which costs writes and time, and gains nothing.
  if (shards !== undefined && shards > 1)
    refuse('a partition that starts one job an interval needs one shard: leave shards out')
  if (concurrency !== undefined && concurrency > MAX_SLOTS_PER_SHARD)
    refuse(
      `such a partition has one shard, with at most ${MAX_SLOTS_PER_SHARD} jobs in flight: lower concurrency`,
    )
  return { ...withMargin({ allowed: 1, period_ms: minInterval }), isInterval: true }
}
