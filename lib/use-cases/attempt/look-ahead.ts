/** What the pass after a job goes by is read while the job's end is written: a slot is idle for less. */
import type { ShardKey } from '../../core/keys.ts'
import { limitersOverKey } from '../../core/queue/covering.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import type { Running } from './invocation.ts'

/** Whether what a slot of a shard has of a limiter goes back, or to the next job, in the write that frees the slot. */
export const isCovered = ({ config }: Pick<Context, 'config'>, key: ShardKey): boolean =>
  limitersOverKey(config, key).length > 0

/**
 * The shard's item, if there will be a pass over it. It is read before its jobs, as in any pass, and whoever has changed it meanwhile
 * makes the pass lose, which then reads it again. So it is if this read fails.
 */
export async function lookAhead(
  context: Pick<Context, 'config' | 'store' | 'deployment'>,
  { shard, othersWait }: Pick<Running, 'shard' | 'othersWait'>,
): Promise<ShardState | undefined> {
  if (!othersWait && !isCovered(context, shard)) return undefined
  const [state] = await Promise.all([
    context.store.states.read(shard).catch(() => undefined),
    // It is asked again by the pass, which then has the answer without a call.
    context.deployment.isReplaced().catch(() => undefined),
  ])
  return state
}
