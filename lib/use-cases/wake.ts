/** Wake-ups: somebody looks at a shard again, now, in a second or at a time. */

import type { ShardKey } from '../core/keys.ts'
import type { ArrangedWake } from '../core/pass/decide.ts'
import { DELAY_STEP_MS, MAX_DELAY_MS, WAKE_SOON_MS } from '../core/times.ts'
import type { DelayedWake } from '../ports/queues.ts'
import type { Context } from './context.ts'

/** Has the shard looked at again. What is too far off for a queue is left to the due index. */
export async function arrangeWake(
  { wake }: Pick<Context, 'wake'>,
  shard: ShardKey,
  { at, isPrecise }: ArrangedWake,
  now: number,
): Promise<void> {
  const exact_ms = Math.max(0, at - now)
  const delay_ms = isPrecise ? exact_ms : roundedUp(exact_ms)
  if (exact_ms <= MAX_DELAY_MS) await wake.send([{ shard, dueAt: at, delay_ms }])
}

/** Queues round down to whole seconds, and the dispatcher would have to wait for the rest. */
export const roundedUp = (delay_ms: number): number =>
  Math.min(MAX_DELAY_MS, Math.ceil(delay_ms / DELAY_STEP_MS) * DELAY_STEP_MS)

export const wakesNow = (shards: Iterable<ShardKey>): DelayedWake[] =>
  Array.from(shards, (shard) => ({ shard, delay_ms: 0 }))

export const wakeNow = ({ wake }: Pick<Context, 'wake'>, shards: Iterable<ShardKey>): Promise<void> =>
  wake.send(wakesNow(shards))

export const wakeSoon = (
  { wake }: Pick<Context, 'wake'>,
  shard: ShardKey,
  delay_ms = WAKE_SOON_MS,
): Promise<void> => wake.send([{ shard, delay_ms }])
