/** Wake-ups for many shards, none of which may keep the others from being woken. */
import { SendIncompleteError } from '../core/errors.ts'
import type { DelayedWake } from '../ports/queues.ts'
import type { Context } from './context.ts'

/** More names than these make no log line better. */
const NAMED = 100

/** Returns how many were sent. Those that could not be are named and counted; the next tick or sweep finds them again. */
export async function wakeAll(
  { wake, logger, metrics }: Pick<Context, 'wake' | 'logger' | 'metrics'>,
  wakes: readonly DelayedWake[],
): Promise<number> {
  if (wakes.length === 0) return 0
  try {
    await wake.send(wakes)
    return wakes.length
  } catch (error) {
    const unsent = error instanceof SendIncompleteError ? (error.unsent as readonly DelayedWake[]) : wakes
    const shards = unsent.slice(0, NAMED).map(({ shard }) => shard)
    logger.error('shards could not be woken; it will be tried again', { count: unsent.length, shards, error })
    metrics.count('ShardFailures', unsent.length)
    return wakes.length - unsent.length
  }
}
