/** Attempts whose deadline has passed: their worker died. Their jobs are tried again before their slots are freed. */
import { endingOf } from '../../core/job/ending.ts'
import { keyOf } from '../../core/job/job.ts'
import type { JobId } from '../../core/keys.ts'
import { isRunning, positionOf, type ShardState, type Slot } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { end } from '../end.ts'
import { judgeStanding } from '../judge.ts'

/** Returns the ids whose slots may now be dropped. */
export async function recover(
  context: Context,
  state: ShardState,
  dead: readonly (readonly [JobId, Slot])[],
): Promise<ReadonlySet<JobId>> {
  await Promise.all(dead.map(([id, slot]) => recoverOne(context, state, id, slot)))
  return new Set(dead.map(([id]) => id))
}

async function recoverOne(context: Context, state: ShardState, id: JobId, slot: Slot): Promise<void> {
  const job = await judgeStanding(context, keyOf(state.shard, positionOf(id, slot)))
  if (!job) return
  const died = { kind: 'died', shared: isRunning(slot) && slot.shared === true } as const
  await end(context, job, endingOf(job, died, context.clock.now(), context.random.number()))
}
