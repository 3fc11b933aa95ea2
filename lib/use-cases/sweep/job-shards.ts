/**
 * The Jobs table: jobs that nobody knows of, since the stream dropped their arrival, or no function knew their queue.
 * Not in segments: 200 pages one after the other take half a minute, and an engine that stands in for DynamoDB loses
 * its place in a segment when the cursor names no item.
 */
import { isLookedAfter } from '../../core/attention.ts'
import { type Config, queueNamed } from '../../core/config.ts'
import { partitionProblem } from '../../core/job.ts'
import { parseShard, type ShardKey } from '../../core/keys.ts'
import type { SeenShard } from '../../core/seen-shards.ts'
import { emptyState } from '../../core/state.ts'
import { currentLimits } from '../context.ts'
import { type SweepContext, type Tally, wakeShards } from './tally.ts'
import type { Walk } from './walk.ts'

export const jobsWalk = (context: SweepContext, tally: Tally, pages: number): Walk => ({
  name: 'jobs',
  pages,
  readPage: async (cursor) => {
    const page = await context.store.jobs.shards(cursor === undefined ? {} : { cursor })
    tally.jobShards += page.shards.length
    await look(context, tally, page.shards)
    return page.cursor
  },
})

async function look(context: SweepContext, tally: Tally, seen: readonly SeenShard[]): Promise<void> {
  const strangers = new Set<SeenShard>()
  for (const one of seen) {
    const place = placeOf(context.config, one.shard)
    if (place.kind !== 'known') strangers.add(one)
    if (place.kind === 'stranded') tally.stranded.set(place.queue, (tally.stranded.get(place.queue) ?? 0) + 1)
  }
  const lost = await lostAmong(
    context,
    seen.filter((one) => !strangers.has(one)),
  )
  // Strangers too: what becomes of them is decided by whoever visits the shard.
  await wakeShards(
    context,
    tally,
    [...strangers, ...lost].map(({ shard }) => shard),
  )
}

type Place =
  | { readonly kind: 'known' }
  | { readonly kind: 'stranded'; readonly queue: string }
  /** No deploy will ever make a job of what stands there. */
  | { readonly kind: 'malformed' }

function placeOf(config: Config, key: string): Place {
  const shard = parseShard(key)
  if (!shard.ok) return { kind: 'malformed' }
  const queue = queueNamed(config, shard.value.queue)
  const isKnown = queue && partitionProblem(queue, shard.value) === undefined
  return isKnown ? { kind: 'known' } : { kind: 'stranded', queue: shard.value.queue }
}

async function lostAmong(
  { config, store, clock }: SweepContext,
  seen: readonly SeenShard[],
): Promise<readonly SeenShard[]> {
  if (seen.length === 0) return []
  const { states, damaged } = await store.states.glance(seen.map(({ shard }) => shard as ShardKey))
  const stateOf = new Map(states.map((state) => [state.shard as string, state]))
  // A pass over a damaged item fails, again and again; the other half of the sweep reports it.
  const standing = new Set(damaged.map(({ shard }) => shard))
  const now = clock.now()
  return seen.filter((one) => {
    const state = stateOf.get(one.shard)
    const limits = currentLimits(config, state ?? emptyState(one.shard as ShardKey))
    return !standing.has(one.shard) && !(limits && isLookedAfter(one, state, limits, now))
  })
}
