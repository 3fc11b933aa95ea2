/** Why jobs of a whole queue do not run: what holds all of them, read now, and which shards wait for what, as the sweep has counted them. */
import { parseShard, type ShardKey } from '../../core/keys.ts'
import { limitsInForce } from '../../core/limits/in-force.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { configuredIn } from '../../core/queue/configured-limiters.ts'
import { decodePartition } from '../../core/text/partition-value.ts'
import type { LongestWait } from '../../core/why/census.ts'
import { holdsByPartition, NEWCOMER_SEES, newcomer } from '../../core/why/newcomer.ts'
import { queueLimitsIn } from '../../core/why/queue-limits-seen.ts'
import { type Reason, reasonOf } from '../../core/why/reason.ts'
import type { QueueWhy } from '../../core/why/why.ts'
import { type Eyes, lookAt } from './look-at.ts'
import { countedOf } from './queue-stats.ts'
import { sizesSeen } from './sizes.ts'
import { shardWhy } from './why.ts'
import { whyLimiter } from './why-limiter.ts'

type Asked = Extract<QueueWhy, { kind: 'queue' }>

/** @param queue with the pause of the whole queue, if it is paused */
export async function whyQueue(eyes: Eyes, queue: QueueConfig): Promise<QueueWhy> {
  const at = eyes.clock.now()
  const [limiters, counted, sizes] = await Promise.all([
    limitersOfAll(eyes, queue),
    countedOf(eyes, queue.name),
    sizesSeen(eyes, queue, { queue: queue.name }),
  ])
  const longest = counted?.longest ? { longest: await asItIsNow(eyes, counted.longest) } : {}
  return {
    kind: 'queue',
    at,
    queue: queue.name,
    holds: heldAltogether(queue, at),
    ...queueLimitsIn(queue),
    ...sizes,
    limiters,
    ...(counted ? { counted } : {}),
    ...longest,
  }
}

/** What a partition would find in which nothing runs, and that has no limits but those of all. */
function heldAltogether(queue: QueueConfig, now: number): Reason[] {
  const limits = limitsInForce(queue, newcomer, now)
  const seen = { ...NEWCOMER_SEES, now, configured: queue }
  return holdsByPartition(limits, now).map((hold) => reasonOf(hold, seen))
}

function limitersOfAll(eyes: Eyes, { limiters, rates }: QueueConfig): Promise<Asked['limiters']> {
  const known = configuredIn(eyes.config)
  const names = new Set([...limiters, ...rates].map(({ name }) => name))
  return Promise.all(
    [...names]
      .flatMap((name) => known.get(name) ?? [])
      .map(async (limiter) => ({ ...(await whyLimiter(eyes, limiter)), name: limiter.name })),
  )
}

async function asItIsNow(eyes: Eyes, longest: LongestWait): Promise<NonNullable<Asked['longest']>> {
  const shard = parseShard(longest.shard)
  const partition = shard.ok ? shard.value.partition : undefined
  const looked = await lookAt(eyes, longest.shard as ShardKey)
  return {
    ...longest,
    ...(partition === undefined ? {} : { partition: decodePartition(partition) }),
    now: looked.kind === 'looked' ? shardWhy(looked) : looked,
  }
}
