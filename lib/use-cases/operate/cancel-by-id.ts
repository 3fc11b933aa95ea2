/** Somebody cancels a job of which only the id is known: it lies where it was put, whatever the configuration says by now. */
import type { Cancellation } from '../../core/job/doom.ts'
import type { JobId, Shard, ShardKey } from '../../core/keys.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { type CancelContext, type CancelResult, cancelJob } from './cancel-job.ts'
import { shardsOf } from './shards-of.ts'

export interface JobById {
  readonly queue: QueueConfig
  readonly partition: Shard
  /** Where a job with this id would be put now. */
  readonly home: ShardKey
  readonly id: JobId
}

/** First where it would be put now; then in the other shards, one after the other: it is one job that ends. */
export async function cancelById(
  context: CancelContext,
  { queue, partition, home, id }: JobById,
  mark: Cancellation,
): Promise<CancelResult> {
  let result = await cancelJob(context, { shard: home, id }, mark)
  if (isFound(result)) return result
  for (const shard of await shardsOf(context, queue, partition)) {
    if (shard === home) continue
    const next = await cancelJob(context, { shard, id }, mark)
    if (isFound(next)) return next
    if (next.kind === 'not found') result = next
  }
  return result
}

const isFound = ({ kind }: CancelResult): boolean => kind !== 'gone' && kind !== 'not found'
