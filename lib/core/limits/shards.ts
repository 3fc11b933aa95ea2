/**
 * A partition whose limit needs more slots than one small item holds is spread over shards. Its plain shard, the one
 * without a number, owns the limit and lends to the others; how many there are matters to nobody but the one who puts jobs.
 */
import { formatShard, type JobId, type Shard, type ShardKey } from '../keys.ts'
import { stableHash } from '../text/hash.ts'
import { PLAIN } from './lending.ts'
import type { Borrower } from './limiter.ts'

/** The shard that a job is put into, by a stable hash of its id. */
export const homeShard = ({ queue, partition }: Shard, id: JobId, shards: number): ShardKey =>
  formatShard({
    queue,
    ...(partition === undefined ? {} : { partition }),
    ...(shards === 1 ? {} : { index: stableHash(id) % shards }),
  })

/** The shard that owns the limits of this one's partition: the plain one. */
export const ownerOf = ({ queue, partition }: Shard): ShardKey =>
  formatShard({ queue, ...(partition === undefined ? {} : { partition }) })

/** A shard's name in the books of its partition. */
export const borrowerOf = ({ index }: Shard): Borrower => (index === undefined ? PLAIN : String(index))

/** The shard of a partition that has this name in the books. */
export const shardOf = (partition: Shard, borrower: Borrower): ShardKey =>
  borrower === PLAIN ? ownerOf(partition) : formatShard({ ...partition, index: Number(borrower) })

/** The shards of a partition that borrow, if it has so many. */
export function borrowersOf(partition: Shard, shards: number): ShardKey[] {
  if (shards === 1) return []
  return Array.from({ length: shards }, (_, index) => formatShard({ ...partition, index }))
}
