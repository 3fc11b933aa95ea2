/** What every use case is given of the outside world. */
import { placeOf } from '../core/job/job.ts'
import { parseShard } from '../core/keys.ts'
import { applyOverride, limitsOfShard, type ShardLimits } from '../core/limits/limits.ts'
import type { Config } from '../core/queue/config.ts'
import type { ShardState } from '../core/shard/state.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Deployment } from '../ports/deployment.ts'
import type { Events } from '../ports/events.ts'
import type { Payloads } from '../ports/payloads.ts'
import type { WakeQueue, WorkQueue } from '../ports/queues.ts'
import type { Store } from '../ports/store.ts'

/** Everything outside of a pass. */
export interface Context {
  readonly config: Config
  readonly store: Store
  readonly work: WorkQueue
  readonly wake: WakeQueue
  readonly clock: Clock
  readonly random: Random
  readonly events: Events
  readonly deployment: Deployment
}

/** Passes never look into payloads; whoever puts jobs or runs them does. */
export interface WorkerContext extends Context {
  readonly payloads: Payloads
}

/** The limits that hold for a shard now, or `undefined` for a shard that the configuration does not know. */
export function currentLimits(
  config: Config,
  state: Pick<ShardState, 'shard' | 'override' | 'overrideProblem'>,
): ShardLimits | undefined {
  const shard = parseShard(state.shard)
  if (!shard.ok) return undefined
  const queue = placeOf(config, shard.value)
  if (!queue.ok) return undefined
  if (state.overrideProblem) return { slots: 0, displaced: false, active: 0 }
  return limitsOfShard(applyOverride(queue.value, state.override), shard.value, queue.value.shards)
}
