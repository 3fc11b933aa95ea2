/**
 * Shards that this configuration does not know: their queue, or its partition rule, is not in it. A newer one may know
 * them, since producers may be ahead of a deploy; an older one did, if the queue was removed. So their jobs stay.
 */

import { forEachAtOnce } from '../core/at-once.ts'
import { keptUntil } from '../core/expiry.ts'
import { parseJob } from '../core/job.ts'
import { parseShard, type ShardKey } from '../core/keys.ts'
import type { ShardState } from '../core/state.ts'
import { UNKNOWN_FOR_MS } from '../core/unknown.ts'
import type { Context } from './context.ts'
import { refuse } from './read-job.ts'
import { wakeSoon } from './wake.ts'

/** A deploy that is just being carried out has reached the functions by then. */
const LOOK_AGAIN_MS = 30_000
const DAY_MS = 86_400_000
const PAGE = 25
const MAX_PAGES = 20

/**
 * Leaves the jobs where they are. The shard of a queue that nobody has ever known is given up after a day; one that was
 * in use, which a deploy has taken out of the configuration, waits until somebody decides.
 */
export async function keepStranded(context: Context, state: ShardState): Promise<void> {
  // No configuration will ever know it: its items are judged by themselves.
  if (!parseShard(state.shard).ok) return
  const now = context.clock.now()
  const { shard, version, strandedSince, expiresAt } = state
  if (version === undefined && strandedSince !== undefined && now - strandedSince >= UNKNOWN_FOR_MS)
    return refuseAll(context, shard)
  const isNoted = strandedSince !== undefined && !(expiresAt && expiresAt * 1000 < now + DAY_MS)
  if (!isNoted)
    await context.store.states.strand(state, now, version === undefined ? keptUntil(now) : undefined)
  if (strandedSince === undefined) await wakeSoon(context, shard, LOOK_AGAIN_MS)
}

async function refuseAll(context: Context, shard: ShardKey): Promise<void> {
  let from = '0#'
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await context.store.jobs.range({ shard, from, limit: PAGE })
    await forEachAtOnce(page.items, PAGE, async (item) => {
      const job = parseJob(context.config, item)
      if (!job.ok) await refuse(context, item, job.isUnknown ? `${job.reason}, for a day` : job.reason)
    })
    const last = page.items.at(-1)
    if (!page.more || !last) return
    from = `${last.sk}\u0000`
  }
  await wakeSoon(context, shard)
}
