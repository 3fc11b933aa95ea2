/** The shards that have a state item, page by page: all that Sluice has touched within a week, or that has work. */
import { parseShard, type ShardKey } from '../../core/keys.ts'
import type { LimitOverride } from '../../core/limits/limits.ts'
import type { SlowDown } from '../../core/limits/slow-down.ts'
import type { ShardGlance } from '../../core/shard/state.ts'
import type { Eyes } from './look-at.ts'

/** One shard as its own item shows it. A partition that is spread over several shards comes several times. */
export interface SeenPartition {
  readonly queue: string
  readonly partition?: string
  readonly shard: ShardKey
  readonly inFlight: number
  /** Due jobs wait for a slot, or for a unit of their partition's. */
  readonly waiting: boolean
  /** When it is looked at although nobody comes: its rate reopens, or a job is due. Epoch ms. */
  readonly dueAt?: number
  readonly override?: LimitOverride
  readonly overrideProblem?: string
  readonly slowedDown?: SlowDown
}

export async function* partitionsOf(
  { store, clock }: Eyes,
  queue: string | undefined,
): AsyncGenerator<SeenPartition> {
  let cursor: string | undefined
  do {
    const page = await store.states.scan(cursor === undefined ? {} : { cursor })
    for (const state of page.states) yield* seenAs(state, queue, clock.now())
    cursor = page.cursor
  } while (cursor !== undefined)
}

function seenAs(state: ShardGlance, queue: string | undefined, now: number): SeenPartition[] {
  const shard = parseShard(state.shard)
  if (!shard.ok || (queue !== undefined && shard.value.queue !== queue)) return []
  const { partition } = shard.value
  const { dueAt, override, overrideProblem, slowed, waiting } = state
  return [
    {
      queue: shard.value.queue,
      ...(partition === undefined ? {} : { partition }),
      shard: state.shard,
      inFlight: Object.keys(state.slots).length,
      waiting,
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(override ? { override } : {}),
      ...(overrideProblem === undefined ? {} : { overrideProblem }),
      ...(slowed && slowed.until > now ? { slowedDown: slowed } : {}),
    },
  ]
}
