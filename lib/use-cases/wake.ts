import type { ShardKey } from '../core/keys.ts'
import { MAX_DELAY_MS } from '../ports/queues.ts'
import type { Context } from './context.ts'

const SOON_MS = 1000

/** Has the shard looked at again at `dueAt`. What is too far off for a queue is left to the due index. */
export async function arrangeWake(
  { wake }: Context,
  shard: ShardKey,
  dueAt: number,
  now: number,
): Promise<void> {
  const delay_ms = Math.max(0, dueAt - now)
  if (delay_ms <= MAX_DELAY_MS) await wake.send([{ shard, dueAt, delay_ms }])
}

export const wakeSoon = ({ wake }: Context, shard: ShardKey): Promise<void> =>
  wake.send([{ shard, delay_ms: SOON_MS }])
