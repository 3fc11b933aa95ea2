/** Runs whose deadline has passed: their worker died. Their jobs are tried again before their slots are freed. */
import { keyOf } from '../../core/job/job.ts'
import type { JobId } from '../../core/keys.ts'
import { isRunning, positionOf, type ShardState, type Slot } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readStanding } from '../read-job.ts'
import { retire, tryAlone } from '../retire.ts'

const WORKER_DIED =
  'the worker stopped before the handler finished: it ran into the function timeout, crashed or ran out of memory'

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
  const job = await readStanding(context, keyOf(state.shard, positionOf(id, slot)))
  if (!job) return
  // One of them has killed the process they shared: each is tried again by itself, and the others have spent nothing.
  if (isRunning(slot) && slot.shared && !job.alone) await tryAlone(context, job, WORKER_DIED)
  else await retire(context, job, WORKER_DIED)
}
