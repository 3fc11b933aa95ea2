/** Limits changed at run time: written to every shard of the partition, which is then looked at. */

import type { LimitOverride } from '../../core/limits/limits.ts'
import { shardsOf } from '../../core/limits/shares.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import type { Context } from '../context.ts'

export async function overrideLimits(
  { store, wake }: Pick<Context, 'store' | 'wake'>,
  queue: QueueConfig,
  partition: string | undefined,
  limits: LimitOverride | undefined,
): Promise<void> {
  const shards = shardsOf(
    { queue: queue.name, ...(partition === undefined ? {} : { partition }) },
    queue.shards,
  )
  for (const shard of shards) await store.states.override(shard, limits)
  await wake.send(shards.map((shard) => ({ shard, delay_ms: 0 })))
}
