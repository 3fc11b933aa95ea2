/** New items in the Jobs table: refuse what can never run, and visit every shard that got something to do. */

import { forEachAtOnce } from '../core/at-once.ts'
import { parseJob, type RawItem } from '../core/job.ts'
import type { ShardKey } from '../core/keys.ts'
import type { Context } from './context.ts'
import { pass } from './pass.ts'
import { refuse } from './retire.ts'

export type Arrival<Id> = { readonly id: Id; readonly item: RawItem }

/** Visited at the same time; each visit waits for the database most of its time. */
const SHARDS_AT_ONCE = 16

/** Returns the ids of the arrivals that have to be delivered again. */
export async function arrive<Id>(context: Context, arrivals: readonly Arrival<Id>[]): Promise<Id[]> {
  const shards = new Map<ShardKey, Id[]>()
  const failed: Id[] = []
  for (const { id, item } of arrivals) {
    const job = parseJob(context.config, item)
    if (job.ok) shards.set(job.value.key.pk, [...(shards.get(job.value.key.pk) ?? []), id])
    else if (!(await succeeds(context, () => refuse(context, item, job.reason)))) failed.push(id)
  }
  await forEachAtOnce([...shards], SHARDS_AT_ONCE, async ([shard, ids]) => {
    if (!(await visitOrWake(context, shard))) failed.push(...ids)
  })
  return failed
}

/** One shard's trouble must not hold up the stream for all others: it goes to the wake queue, which tries again. */
async function visitOrWake(context: Context, shard: ShardKey): Promise<boolean> {
  if (await succeeds(context, () => pass(context, { shard }))) return true
  return succeeds(context, () => context.wake.send([{ shard, delay_ms: 1000 }]))
}

async function succeeds(context: Context, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action()
    return true
  } catch (error) {
    context.logger.error('a new job could not be looked at; it will be tried again', { error })
    return false
  }
}
