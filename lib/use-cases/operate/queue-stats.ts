/** What there is of a whole queue: what the last sweep has counted, and what can be had exactly for a few reads. */
import { letterKeys } from '../../core/job/dead-letter.ts'
import type { Shard } from '../../core/keys.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { NO_JOBS } from '../../core/why/census.ts'
import { setForAll } from '../../core/why/queue-limits-seen.ts'
import { type PartitionStats, type QueueStats, sumOf } from '../../core/why/stats.ts'
import type { Counted } from '../../core/why/why.ts'
import type { Eyes } from './look-at.ts'
import { sizesSeen } from './sizes.ts'

export async function queueStatsOf(eyes: Eyes, queue: QueueConfig): Promise<QueueStats> {
  const at = eyes.clock.now()
  const [counted, dead, { sizes }] = await Promise.all([
    countedOf(eyes, queue.name),
    countDead(eyes, queue.name),
    sizesSeen(eyes, queue, { queue: queue.name }),
  ])
  return {
    at,
    queue: queue.name,
    dead,
    ...setForAll(queue),
    ...(sizes?.queue ? { size: sizes.queue } : {}),
    ...(counted ? { counted } : {}),
  }
}

/** What the last sweep has counted of a queue that came to the end. */
export async function countedOf(
  { store }: Pick<Eyes, 'store'>,
  queue: string,
): Promise<QueueStats['counted']> {
  const { counted } = await store.states.census()
  if (!counted) return undefined
  const { from, until, queues } = counted
  const jobs = Object.hasOwn(queues, queue) ? queues[queue] : undefined
  return { from, until, ...(jobs ?? NO_JOBS) }
}

/** A queue's dead letters are spread over some keys. */
export async function countDead({ store }: Pick<Eyes, 'store'>, queue: string): Promise<Counted> {
  return sumOf(await Promise.all(letterKeys(queue).map((pk) => store.history.count(pk))))
}

/** Of the whole queue, and of one partition, by the same reads. Without a partition rule both are the same. */
export async function countDeadOf(
  eyes: Pick<Eyes, 'store'>,
  { queue, partition }: Pick<Shard, 'queue' | 'partition'>,
): Promise<Pick<PartitionStats, 'dead' | 'deadOfQueue'>> {
  if (partition === undefined) {
    const dead = await countDead(eyes, queue)
    return { dead, deadOfQueue: dead }
  }
  const counts = await Promise.all(letterKeys(queue).map((pk) => eyes.store.history.countOf(pk, partition)))
  return {
    dead: sumOf(counts.map(({ ofPartition }) => ofPartition)),
    deadOfQueue: sumOf(counts.map(({ all }) => all)),
  }
}
