/**
 * Shards that this configuration does not know: their queue, or its partition rule, is not in it. A newer one may know
 * them, since producers may be ahead of a deploy; an older one did, if the queue was removed. So their jobs stay.
 */

import { parseJob } from '../../core/job/job.ts'
import { parseShard, type ShardKey } from '../../core/keys.ts'
import { keptUntil, mayExpire, visitOf } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import {
  STRANDED_AGAIN_MS,
  STRANDED_EMPTY_MS,
  STRANDED_NOTED_EVERY_MS,
  UNKNOWN_FOR_MS,
} from '../../core/times.ts'
import type { Context } from '../context.ts'
import { refuse } from '../end.ts'
import { shardPages } from '../shard-pages.ts'
import { wakeSoon } from '../wake.ts'

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
  const { shard, version } = state
  const since = strandedSince(state, now)
  const isKept = version !== undefined || !mayExpire(state)
  if (since !== undefined && version === undefined && now - since >= UNKNOWN_FOR_MS)
    return refuseAll(context, shard)
  const wouldGo = isKept && state.expiresAt !== undefined
  if (since === undefined || wouldGo || lastVisit(state) < now - STRANDED_NOTED_EVERY_MS)
    await context.store.states.strand(state, since ?? now, isKept ? undefined : keptUntil(now))
  if (since === undefined) await wakeSoon(context, shard, STRANDED_AGAIN_MS)
}

/** Since when its jobs have stood there. A shard that nobody has visited for long was empty meanwhile: no sweep found it. */
const strandedSince = (state: ShardState, now: number): number | undefined =>
  lastVisit(state) < now - STRANDED_EMPTY_MS ? undefined : state.strandedSince

/** An item that stays for as long as it takes never gives its jobs up, so nobody has to know when it was visited. */
const lastVisit = ({ expiresAt }: ShardState): number =>
  expiresAt === undefined ? Number.POSITIVE_INFINITY : visitOf(expiresAt)

async function refuseAll(context: Context, shard: ShardKey): Promise<void> {
  let pages = 0
  for await (const { items, more } of shardPages(context, shard, PAGE)) {
    await forEachSideBySide(items, PAGE, async (item) => {
      const job = parseJob(context.config, item)
      if (!job.ok) await refuse(context, item, job.isUnknown ? `${job.reason}, for a day` : job.reason)
    })
    if (more && ++pages === MAX_PAGES) return wakeSoon(context, shard)
  }
}
