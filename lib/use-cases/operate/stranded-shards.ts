/** Shards of the Jobs table that the configuration does not know: their queue, or its partition rule, is not in it. */

import { placeOf } from '../../core/job/job.ts'
import { parseShard, type ShardKey } from '../../core/keys.ts'
import type { Config } from '../../core/queue/config.ts'
import type { SeenShard } from '../../core/shard/seen-shards.ts'
import type { Store } from '../../ports/store.ts'
import type { Context } from '../context.ts'

export interface StrandedShard {
  /** The queue that the shard's key names. */
  readonly queue: string
  /** The `pk` of its jobs. */
  readonly shard: ShardKey
  /** Why its jobs do not run. */
  readonly reason: string
  /** The `sk` of its first jobs, a hundred at the most. */
  readonly jobs: readonly string[]
  /** These are all of its jobs. */
  readonly isWhole: boolean
}

/** Reads a hundred keys a page and of each shard one page at the most, however many jobs stand there. */
export async function* strandedShards({
  config,
  store,
}: Pick<Context, 'config' | 'store'>): AsyncGenerator<StrandedShard> {
  for await (const seen of allShards(store)) yield* strandedAs(config, seen)
}

async function* allShards({ jobs }: Store): AsyncGenerator<SeenShard> {
  let cursor: string | undefined
  do {
    const page = await jobs.shards(cursor === undefined ? {} : { cursor })
    yield* page.shards
    cursor = page.cursor
  } while (cursor !== undefined)
}

/** A key that names no shard at all is malformed, whatever the configuration says: its items become dead letters. */
function strandedAs(config: Config, { shard, keys, whole }: SeenShard): StrandedShard[] {
  const parts = parseShard(shard)
  if (!parts.ok) return []
  const place = placeOf(config, parts.value)
  if (place.ok) return []
  const { queue } = parts.value
  return [{ queue, shard: shard as ShardKey, reason: place.reason, jobs: keys, isWhole: whole }]
}
