/** Wake-ups for many shards, none of which may keep the others from being woken. */
import { SendIncompleteError } from '../core/errors.ts'
import type { DelayedWake } from '../ports/queues.ts'
import type { Context } from './context.ts'

/** Returns how many were sent. Those that could not be are named and counted; the next tick or sweep finds them again. */
export async function wakeAll(
  { wake, events }: Pick<Context, 'wake' | 'events'>,
  wakes: readonly DelayedWake[],
): Promise<number> {
  if (wakes.length === 0) return 0
  try {
    await wake.send(wakes)
    return wakes.length
  } catch (error) {
    const unsent = error instanceof SendIncompleteError ? (error.unsent as readonly DelayedWake[]) : wakes
    events.emit({ kind: 'wake-ups not sent', shards: unsent.map(({ shard }) => shard), error })
    return wakes.length - unsent.length
  }
}
