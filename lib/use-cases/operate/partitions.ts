/** The shards that have a state item, page by page: all that Sluice has touched within a week, or that has work. */
import { sizeLimitsOf } from '../../core/job/counted.ts'
import { parseShard, type ShardKey } from '../../core/keys.ts'
import type { LimitOverride } from '../../core/limits/limits.ts'
import type { SlowDown } from '../../core/limits/slow-down.ts'
import { queueNamed } from '../../core/queue/config.ts'
import { jobsInFlight } from '../../core/shard/in-flight.ts'
import { type ShardGlance, slotEntries } from '../../core/shard/state.ts'
import type { SizeUse } from '../../core/why/sizes.ts'
import type { Eyes } from './look-at.ts'
import { sizeSeen } from './sizes.ts'

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
  /** Its jobs, if its queue has `maxQueueSize` for partitions: a read unit for each shard. */
  readonly size?: SizeUse
}

export async function* partitionsOf(eyes: Eyes, queue: string | undefined): AsyncGenerator<SeenPartition> {
  const { store, clock } = eyes
  let cursor: string | undefined
  do {
    const page = await store.states.scan(cursor === undefined ? {} : { cursor })
    for (const state of page.states)
      for (const seen of seenAs(state, queue, clock.now())) yield withSize(eyes, seen)
    cursor = page.cursor
  } while (cursor !== undefined)
}

async function withSize(eyes: Eyes, seen: SeenPartition): Promise<SeenPartition> {
  const queue = queueNamed(eyes.config, seen.queue)
  const limit = queue && sizeLimitsOf(queue, seen.shard).find(({ scope }) => scope === 'partition')
  return limit ? { ...seen, size: await sizeSeen(eyes, limit) } : seen
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
      inFlight: jobsInFlight(slotEntries(state.slots)).length,
      waiting,
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(override ? { override } : {}),
      ...(overrideProblem === undefined ? {} : { overrideProblem }),
      ...(slowed && slowed.until > now ? { slowedDown: slowed } : {}),
    },
  ]
}
