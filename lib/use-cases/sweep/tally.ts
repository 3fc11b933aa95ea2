/** What one sweep has seen and done, and the one way in which it wakes. */
import type { WakeMessage } from '../../ports/queues.ts'
import type { Context } from '../context.ts'
import { wakeAll } from '../wake-all.ts'

export type SweepContext = Pick<Context, 'config' | 'store' | 'wake' | 'clock' | 'events'>

export interface Tally {
  /** State items that were read. */
  items: number
  /** Shards of the Jobs table that were seen. */
  jobShards: number
  pages: number
  /** Wake-ups that were sent. */
  sent: number
  readonly woken: Set<string>
  readonly damaged: Set<string>
  /** Queue → how many of its shards no function can run. */
  readonly stranded: Map<string, number>
  /** Parts of the tables that were gone through to their end. */
  readonly ended: Set<string>
  readonly failed: Set<string>
}

export const newTally = (): Tally => ({
  items: 0,
  jobShards: 0,
  pages: 0,
  sent: 0,
  woken: new Set(),
  damaged: new Set(),
  stranded: new Map(),
  ended: new Set(),
  failed: new Set(),
})

/** A shard that both tables call for is woken once a sweep, unless there is something to say about it. */
export async function wakeShards(
  context: SweepContext,
  tally: Tally,
  messages: readonly WakeMessage[],
): Promise<void> {
  const fresh = messages.filter(({ shard, judge }) => judge || !tally.woken.has(shard))
  for (const { shard } of fresh) tally.woken.add(shard)
  const wakes = fresh.map((message) => ({ ...message, delay_ms: 0 }))
  // Others count meanwhile: `tally.sent += await …` would add to what was read before.
  const sent = await wakeAll(context, wakes)
  tally.sent += sent
}
