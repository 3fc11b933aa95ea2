/** Enters a shard into the configured layout: see `core/layout.ts` for why. */

import { parseShard, type Shard, type ShardKey } from '../../core/keys.ts'
import type { ShardLimits } from '../../core/limits/limits.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { queueNamed } from '../../core/queue/config.ts'
import { keptUntil } from '../../core/shard/expiry.ts'
import {
  type Entered,
  excessOf,
  isSettledIn,
  reducedBy,
  shardsInAny,
  sumOfExcess,
} from '../../core/shard/layout.ts'
import { emptyState, type ShardState } from '../../core/shard/state.ts'
import { SETTLE_AGAIN_MS } from '../../core/times.ts'
import { type Context, currentLimits } from '../context.ts'
import type { DueJobs } from './due-jobs.ts'

const MAX_ADOPTIONS = 10

/** What a shard may use of its limits now; `'entering'` when the state has changed and has to be read again. */
export async function enterLayout(
  context: Context,
  state: ShardState,
  limits: ShardLimits,
): Promise<Entered | 'entering'> {
  const { shard, queue } = placed(context, state.shard)
  const settled = { limits, layout: { shards: queue.shards, settled: true } }
  if (isSettledIn(state, queue.shards)) return settled
  const layouts = await layoutsOf(context, queue, state.layout?.shards)
  if (layouts.every((shards) => shards === queue.shards)) return settled
  if (state.layout?.shards === queue.shards)
    return countSiblings(context, state.shard, limits, { shard, queue, layouts })
  // Ourselves first, and only then the siblings: who enters us into another layout later must leave a trace that
  // makes our write fail. Were we still in theirs, they would only look.
  await context.store.states.adopt(state, queue.shards, expiryOfNew(context, state))
  return 'entering'
}

/** Whether the item says something else about its layout than what has just been found. */
export const changesLayout = ({ layout }: ShardState, entered: Entered): boolean =>
  layout !== undefined &&
  (layout.shards !== entered.layout.shards || layout.settled !== entered.layout.settled)

/** While siblings exceed their shares, the shard looks again soon: what they give back is its own. */
export function lookAgain<Jobs extends DueJobs>(jobs: Jobs, { layout }: Entered, now: number): Jobs {
  if (layout.settled) return jobs
  return { ...jobs, nextDueAt: Math.min(jobs.nextDueAt ?? Number.POSITIVE_INFINITY, now + SETTLE_AGAIN_MS) }
}

function placed({ config }: Context, key: ShardKey): { shard: Shard; queue: QueueConfig } {
  const shard = parseShard(key)
  const queue = shard.ok ? queueNamed(config, shard.value.queue) : undefined
  if (!shard.ok || !queue) throw new Error(`shard ${JSON.stringify(key)} belongs to no queue`)
  return { shard: shard.value, queue }
}

interface Place {
  readonly shard: Shard
  readonly queue: QueueConfig
  /** Every one that the queue has had. */
  readonly layouts: readonly number[]
}

/** Siblings are entered first, so that nobody claims by another layout after we have counted. */
async function countSiblings(
  context: Context,
  own: ShardKey,
  limits: ShardLimits,
  { shard, queue, layouts }: Place,
): Promise<Entered> {
  const siblings = shardsInAny(shard, layouts).filter((key) => key !== own)
  const states = await Promise.all(siblings.map((key) => adopt(context, key, queue.shards)))
  const now = context.clock.now()
  const excess = sumOfExcess(
    states.map((sibling) => excessOf(sibling, currentLimits(context.config, sibling) ?? limits, now)),
  )
  const settled = excess.slots === 0 && excess.starts === 0
  return { limits: reducedBy(limits, excess), layout: { shards: queue.shards, settled } }
}

/** Only an item that is made by this gets a time to go: others have theirs, or have to stay. */
function expiryOfNew({ clock }: Pick<Context, 'clock'>, state: ShardState): number | undefined {
  const isNew = state.version === undefined && !state.override && !state.overrideProblem
  return isNew ? keptUntil(clock.now()) : undefined
}

/** The state of a sibling, in our layout. */
async function adopt({ store, clock }: Context, key: ShardKey, shards: number): Promise<ShardState> {
  for (let tries = 0; tries < MAX_ADOPTIONS; tries++) {
    const state = (await store.states.read(key)) ?? emptyState(key)
    if (state.layout?.shards === shards) return state
    const adopted = await store.states.adopt(state, shards, expiryOfNew({ clock }, state))
    if (adopted) return adopted
  }
  throw new Error(
    `the state of shard ${JSON.stringify(key)} changed ${MAX_ADOPTIONS} times while it was read`,
  )
}

const known = new WeakMap<Context, Map<string, readonly number[]>>()

/**
 * Every layout that the queue has had. A function registers its own before it first claims by it; so of two functions
 * with different layouts the later one knows of both, and enters the siblings of the other, which shows the earlier
 * one that there is something to learn.
 */
async function layoutsOf(
  context: Context,
  queue: QueueConfig,
  seen = queue.shards,
): Promise<readonly number[]> {
  const queues = known.get(context) ?? new Map<string, readonly number[]>()
  known.set(context, queues)
  const cached = queues.get(queue.name)
  if (cached?.includes(seen)) return cached
  const layouts = await context.store.states.registerLayout(queue.name, queue.shards)
  queues.set(queue.name, layouts)
  return layouts
}
