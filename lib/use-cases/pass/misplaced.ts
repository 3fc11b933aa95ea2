/**
 * Jobs that lie in another lane than the one that they belong to: somebody has put them there who knows nothing of lanes, or
 * a deploy has given a tag a limit, or taken it away. A pass that meets them moves them, unless they are claimed, and never
 * claims them itself: here the wrong limits hold.
 */
import { isSameItem, type Job, type JobItem } from '../../core/job/job.ts'
import { lockKeyOf } from '../../core/job/lock.ts'
import { aMillisecondLater } from '../../core/job/requeue.ts'
import { parseShard } from '../../core/keys.ts'
import { homeShard } from '../../core/limits/shards.ts'
import { isKnownLane, isMisplaced, laneOf, shardsOfLane } from '../../core/queue/covering.ts'
import { keptUntil, mayExpire } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Move } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import type { Found } from './found-jobs.ts'
import { afterTaking, takeAway } from './take-away.ts'

/** A deletion, a put and perhaps a lock each, and one part for the state. DynamoDB takes 100 parts of 4 MB in all. */
const MOST_TOGETHER = 25
const MOST_BYTES = 1_500_000

/**
 * Whether the shard is a lane by another configuration, while that may decide, too. Then its jobs are that one's: were they
 * moved here, it would move them back. When the deploy has ended, they go where they belong.
 */
export async function isOfAnother({ config, deployment }: Context, { shard }: ShardState): Promise<boolean> {
  const parts = parseShard(shard)
  return parts.ok && !isKnownLane(config, parts.value) && !(await deployment.isAlone())
}

/** Those of a page that belong here; `'stale'` if the others could not be moved, for something has changed meanwhile. */
export async function moveMisplaced(
  context: Context,
  found: Found,
  jobs: readonly Job[],
): Promise<readonly Job[] | 'stale'> {
  return takeAway(found, jobs, {
    isUnwanted: (job) => isMisplaced(context.config, job.shard, job),
    // Two jobs with one lock cannot be in one transaction.
    bounds: { jobs: MOST_TOGETHER, bytes: MOST_BYTES, isAlone: ({ item }) => lockKeyOf(item) !== undefined },
    take: (state, group) => moveAll(context, state, group),
  })
}

async function moveAll(
  context: Context,
  state: ShardState,
  jobs: readonly Job[],
): Promise<ShardState | 'stale'> {
  const moves = jobs.map((job) => ({ item: job.item, next: atHome(context, job) }))
  const outcome = await move(context, state, moves)
  if (outcome !== 'occupied') return outcome
  let now: ShardState = state
  for (const one of moves) {
    const next = await moveOne(context, now, one)
    if (next === 'stale') return 'stale'
    now = next
  }
  return now
}

/** What stands under the key there is the same job, which somebody has put once more; or a twin, and this one goes behind it. */
async function moveOne(
  context: Context,
  state: ShardState,
  { item, next }: Required<Move>,
): Promise<ShardState | 'stale'> {
  let to = next
  for (;;) {
    const outcome = await move(context, state, [{ item, next: to }])
    if (outcome !== 'occupied') return outcome
    const there = await context.store.jobs.get(to)
    if (there && isSameItem(there, to)) {
      const removed = await move(context, state, [{ item }])
      return removed === 'occupied' ? 'stale' : removed
    }
    to = aMillisecondLater(to)
  }
}

/** Counts as a pass: the state as it is then. */
async function move(
  { store, clock, events }: Context,
  state: ShardState,
  moves: readonly Move[],
): Promise<ShardState | 'stale' | 'occupied'> {
  const expiresAt = mayExpire(state) ? keptUntil(clock.now()) : undefined
  const outcome = await store.jobs.moveWaiting(state, moves, expiresAt)
  if (outcome !== 'moved') return outcome
  events.emit({ kind: 'jobs moved', shard: state.shard, jobs: moves.length })
  return afterTaking(state, expiresAt)
}

function atHome({ config }: Context, job: Job): JobItem {
  const { item, shard, id } = job
  const { lane: _, index: __, ...partition } = shard
  const lane = laneOf(config, shard, job)
  const home = { ...partition, ...(lane.ok && lane.value !== undefined ? { lane: lane.value } : {}) }
  return { ...item, pk: homeShard(home, id, shardsOfLane(config, home)) } as JobItem
}
