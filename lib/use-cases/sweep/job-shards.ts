/**
 * The Jobs table: jobs that nobody knows of, since the stream dropped their arrival, or no function knew their queue.
 * Not in segments: 200 pages one after the other take half a minute, and an engine that stands in for DynamoDB loses
 * its place in a segment when the cursor names no item.
 */

import { placeOf } from '../../core/job/job.ts'
import { parseShard, parseSortKey, type ShardKey } from '../../core/keys.ts'
import type { Config } from '../../core/queue/config.ts'
import { isLookedAfter } from '../../core/shard/left-behind.ts'
import type { SeenShard } from '../../core/shard/seen-shards.ts'
import { emptyState, type ShardGlance } from '../../core/shard/state.ts'
import type { WakeMessage } from '../../ports/queues.ts'
import { limitsSeen } from '../lending/limits-seen.ts'
import type { CensusTaker } from './census.ts'
import { type SweepContext, type Tally, wakeShards } from './tally.ts'
import type { Walk } from './walk.ts'

export const JOBS = 'jobs'

export const jobsWalk = (
  context: SweepContext,
  tally: Tally,
  pages: number,
  census: CensusTaker | undefined,
): Walk => ({
  name: JOBS,
  pages,
  readPage: async (cursor) => {
    const page = await context.store.jobs.shards(cursor === undefined ? {} : { cursor })
    tally.jobShards += page.shards.length
    await look(context, tally, page.shards, census)
    return page.cursor
  },
})

async function look(
  context: SweepContext,
  tally: Tally,
  seen: readonly SeenShard[],
  census: CensusTaker | undefined,
): Promise<void> {
  const kinds = Map.groupBy(seen, ({ shard }) => kindOf(context.config, shard))
  for (const { shard } of kinds.get('stranded') ?? []) {
    const [queue = ''] = shard.split('|')
    tally.stranded.set(queue, (tally.stranded.get(queue) ?? 0) + 1)
  }
  const known = kinds.get('known') ?? []
  const states = await glance(context, known)
  census?.count(known, states.seen)
  const lost = new Set(lostAmong(context, known, states))
  // Strangers too: what becomes of them is decided by whoever visits the shard.
  const strangers = new Set([...(kinds.get('stranded') ?? []), ...(kinds.get('malformed') ?? [])])
  const wakes = seen.flatMap((one): WakeMessage[] => {
    const shard = one.shard as ShardKey
    const judge = unreadable(one)
    if (judge.length > 0) return [{ shard, judge }]
    return lost.has(one) || strangers.has(one) ? [{ shard }] : []
  })
  await wakeShards(context, tally, wakes)
}

/** So many escaped keys of 1,024 bytes fit, ten messages together, into one call of SQS. The next sweep brings more. */
const MOST_TO_JUDGE = 10

/** Keys that no pass ever reads, since they are not those of jobs. */
const unreadable = ({ shard, keys }: SeenShard): string[] =>
  keys.filter((key) => !parseShard(shard).ok || !parseSortKey(key).ok).slice(0, MOST_TO_JUDGE)

/** No deploy will ever make jobs of what stands in a malformed shard; of a stranded one's a deploy may. */
type Kind = 'known' | 'stranded' | 'malformed'

function kindOf(config: Config, key: string): Kind {
  const shard = parseShard(key)
  if (!shard.ok) return 'malformed'
  return placeOf(config, shard.value).ok ? 'known' : 'stranded'
}

interface States {
  readonly seen: ReadonlyMap<string, ShardGlance>
  /** A pass over a damaged item fails, again and again; the other half of the sweep reports it. */
  readonly damaged: ReadonlySet<string>
}

async function glance({ store }: SweepContext, known: readonly SeenShard[]): Promise<States> {
  if (known.length === 0) return { seen: new Map(), damaged: new Set() }
  const { states, damaged } = await store.states.glance(known.map(({ shard }) => shard as ShardKey))
  return {
    seen: new Map(states.map((state) => [state.shard as string, state])),
    damaged: new Set(damaged.map(({ shard }) => shard)),
  }
}

function lostAmong(
  { config, clock }: SweepContext,
  known: readonly SeenShard[],
  { seen, damaged }: States,
): readonly SeenShard[] {
  const now = clock.now()
  return known.filter((one) => {
    const state = seen.get(one.shard)
    const limits = limitsSeen(config, state ?? emptyState(one.shard as ShardKey), now)
    return !damaged.has(one.shard) && !(limits && isLookedAfter(one, state, limits, now))
  })
}
