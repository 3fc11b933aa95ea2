/** Attempts whose deadline has passed: their worker died. Their jobs are tried again before their slots are freed. */
import { endingOf } from '../../core/job/ending.ts'
import type { JobId, SortKey } from '../../core/keys.ts'
import { keysOfSlot } from '../../core/shard/in-flight.ts'
import { isRunning, type ShardState, type Slot } from '../../core/shard/state.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { Context } from '../context.ts'
import { end } from '../end.ts'
import { judgeStanding } from '../judge.ts'

/** Of the jobs of one slot. */
const SIDE_BY_SIDE = 16

/** Returns the ids whose slots may now be dropped. */
export async function recover(
  context: Context,
  state: ShardState,
  dead: readonly (readonly [JobId, Slot])[],
): Promise<ReadonlySet<JobId>> {
  await Promise.all(
    dead.map((slot) =>
      forEachSideBySide(keysOfSlot(slot), SIDE_BY_SIDE, (sk) => recoverOne(context, state, sk, slot[1])),
    ),
  )
  return new Set(dead.map(([id]) => id))
}

/** One of a batch may have killed the process, as one of several that share it otherwise. */
async function recoverOne(context: Context, { shard }: ShardState, sk: SortKey, slot: Slot): Promise<void> {
  const job = await judgeStanding(context, { pk: shard, sk })
  if (!job) return
  const shared = (isRunning(slot) && slot.shared === true) || slot.others !== undefined
  const died = { kind: 'died', shared } as const
  await end(context, job, endingOf(job, died, context.clock.now(), context.random.number()))
}
