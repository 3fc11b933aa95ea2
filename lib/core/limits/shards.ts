/**
 * A partition whose limit needs more slots than one small item holds is spread over shards, and jobs that further limiters
 * cover have lanes of their own. Its plain shard, the one without number and lane, owns the limit and lends to the others;
 * how many there are matters to nobody but the one who puts jobs.
 */
import {
  formatShard,
  isPlain,
  type JobId,
  parseShard,
  parseThirdPart,
  type Shard,
  type ShardKey,
} from '../keys.ts'
import { stableHash } from '../text/hash.ts'
import { PLAIN } from './lending.ts'
import type { Borrower } from './limiter.ts'

/** The shard of its lane that a job is put into, by a stable hash of its id. */
export const homeShard = ({ index: _, ...lane }: Shard, id: JobId, shards: number): ShardKey =>
  formatShard({ ...lane, ...(shards === 1 ? {} : { index: stableHash(id) % shards }) })

/** The shard that owns the limits of this one's partition: the plain one. */
export const ownerOf = ({ queue, partition }: Shard): ShardKey =>
  formatShard({ queue, ...(partition === undefined ? {} : { partition }) })

/** A shard's name in the books of its partition: the last part of its key. */
export const borrowerOf = (shard: Shard): Borrower =>
  isPlain(shard) ? PLAIN : `${shard.index ?? ''}${shard.lane ?? ''}`

export const isBorrowerName = (name: string): boolean => parseThirdPart(name).ok
export const isLaneName = (name: Borrower): boolean => name.includes('+')

/** The shard of a partition that has this name in the books. */
export function shardOf({ queue, partition }: Shard, borrower: Borrower): ShardKey {
  const named: Shard = { queue, ...(partition === undefined ? {} : { partition }) }
  const last = borrower === PLAIN ? undefined : parseThirdPart(borrower)
  return formatShard({ ...named, ...(last?.ok ? last.value : {}) })
}

/** The shards of a partition that borrow, if it has so many. */
export function borrowersOf(partition: Shard, shards: number): ShardKey[] {
  if (shards === 1) return []
  return Array.from({ length: shards }, (_, index) => formatShard({ ...partition, index }))
}

/** Whichever shard of it, or lane, the key names. */
export function isOfPartition(key: ShardKey, { queue, partition }: Shard): boolean {
  const shard = parseShard(key)
  return shard.ok && shard.value.queue === queue && shard.value.partition === partition
}
