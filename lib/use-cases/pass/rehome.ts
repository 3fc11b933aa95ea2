/**
 * Moves jobs out of a shard that has no share of its partition's limit: put there by hand without a shard number,
 * or left over from another number of shards or from a higher limit.
 */

import { contentOf } from '../../core/job/content.ts'
import type { Job } from '../../core/job/job.ts'
import { formatSortKey } from '../../core/keys.ts'
import type { ShardLimits } from '../../core/limits/limits.ts'
import { homeShard } from '../../core/limits/shares.ts'
import { positionOf, type ShardState, slotEntries } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { underFreeKey } from '../free-key.ts'
import { judgeItem, judgeStanding } from '../judge.ts'
import { shardPages } from '../shard-pages.ts'
import type { DueJobs } from './due-jobs.ts'

const PAGE = 25
const MAX_PAGES = 40

/** Moves what is not in flight; afterwards nothing is due here. */
export async function rehome(context: Context, state: ShardState, { active }: ShardLimits): Promise<DueJobs> {
  const inFlight = new Set<string>(
    slotEntries(state.slots).map(([id, slot]) => formatSortKey(positionOf(id, slot))),
  )
  let pages = 0
  for await (const { items, more } of shardPages(context, state.shard, PAGE)) {
    const jobs = await Promise.all(items.map((item) => judgeItem(context, item)))
    await Promise.all(
      jobs.map((job) => (job && !inFlight.has(job.key.sk) ? moveHome(context, active, job) : undefined)),
    )
    // The rest is for the next pass, which comes as soon as this one has written.
    if (more && ++pages === MAX_PAGES) return { due: [], more: false, nextDueAt: context.clock.now() }
  }
  return { due: [], more: false }
}

async function moveHome(context: Context, active: number, job: Job): Promise<void> {
  const pk = homeShard(job.shard, job.id, job.queue.shards, active)
  const atHome = { ...job.item, pk, sk: job.key.sk, ...contentOf(job) }
  const outcome = await underFreeKey(atHome, (next) => context.store.jobs.replace(job.item, next))
  if (outcome !== 'changed') return
  // Somebody has replaced it meanwhile: what stands there now belongs elsewhere, too.
  const standing = await judgeStanding(context, job.item)
  if (standing) await moveHome(context, active, standing)
}
