/**
 * Moves jobs out of a shard that has no share of its partition's limit: put there by hand without a shard number,
 * or left over from another number of shards or from a higher limit.
 */

import type { Job, JobItem } from '../../core/job/job.ts'
import { formatSortKey, type ShardKey } from '../../core/keys.ts'
import { applyOverride, limitsOfShard } from '../../core/limits/limits.ts'
import { homeShard } from '../../core/limits/shares.ts'
import { positionOf, type ShardState, slotEntries } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readJob, readStanding } from '../read-job.ts'
import { shardPages } from '../shard-pages.ts'
import type { DueJobs } from './due-jobs.ts'

const PAGE = 25
const MAX_PAGES = 40

/** Moves what is not in flight; afterwards nothing is due here. */
export async function rehome(context: Context, state: ShardState): Promise<DueJobs> {
  const inFlight = new Set<string>(
    slotEntries(state.slots).map(([id, slot]) => formatSortKey(positionOf(id, slot))),
  )
  let pages = 0
  for await (const { items, more } of shardPages(context, state.shard, PAGE)) {
    const jobs = await Promise.all(items.map((item) => readJob(context, item)))
    await Promise.all(
      jobs.map((job) => (job && !inFlight.has(job.key.sk) ? move(context, state, job) : undefined)),
    )
    // The rest is for the next pass, which comes as soon as this one has written.
    if (more && ++pages === MAX_PAGES) return { due: [], more: false, nextDueAt: context.clock.now() }
  }
  return { due: [], more: false }
}

/** A twin, another item with the same id, may stand at home at that very time: then a millisecond later. */
async function move(context: Context, state: ShardState, job: Job, later_ms = 0): Promise<void> {
  const next: JobItem = {
    ...job.item,
    pk: homeOf(state, job),
    sk: formatSortKey({ ...job, runAt: job.runAt + later_ms }),
    task: job.task,
    payload: job.payload,
  }
  const outcome = await context.store.jobs.replace(job.item, next)
  if (outcome === 'occupied') await move(context, state, job, later_ms + 1)
  if (outcome !== 'changed') return
  // Somebody has replaced it meanwhile: what stands there now belongs elsewhere, too.
  const standing = await readStanding(context, job.item)
  if (standing) await move(context, state, standing)
}

function homeOf(state: ShardState, job: Job): ShardKey {
  const { active } = limitsOfShard(applyOverride(job.queue, state.override), job.shard, job.queue.shards)
  return homeShard(job.shard, job.id, job.queue.shards, active)
}
