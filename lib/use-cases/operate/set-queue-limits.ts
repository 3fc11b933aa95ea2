/**
 * Limits of all partitions of a queue, set at run time. Functions read them as often as the record of deployments, so it takes as
 * long as a deploy that they are in force everywhere, and what was lent above a lower limit comes back as it does after one.
 */
import type { LimitOverride } from '../../core/limits/limits.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { type QueueLimits, withQueueLimits, wokenAll } from '../../core/queue/queue-limits.ts'
import { NOTICED_AFTER_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { type Woken, wakeWaiting } from './wake-queue.ts'

type Needed = Pick<Context, 'store' | 'wake' | 'clock'>

/**
 * When it returns, nothing more is admitted above the new limits: all functions know them, and what they had decided before has been
 * written. If more may run than before, what waits is woken *then*.
 * @param limits `undefined` for those that are configured
 */
export async function setQueueLimits(
  context: Needed,
  queue: QueueConfig,
  limits: LimitOverride | undefined,
  onProgress?: (woken: number) => void,
): Promise<Woken> {
  const said = await announce(context, queue, limits)
  await context.clock.sleep(NOTICED_AFTER_MS)
  if (!said?.waking) return { woken: 0 }
  const waking = {
    queue: queue.name,
    said,
    from: said.waking,
    next: (soFar: QueueLimits['waking']) => (soFar ? { ...said, waking: soFar } : wokenAll(said)),
    save: (is: QueueLimits | undefined, was: QueueLimits) =>
      context.store.states.saveQueueLimits(queue.name, is, was),
  }
  return wakeWaiting(context, waking, onProgress)
}

/** Written over what was read: so of what somebody else sets simultaneously nothing is left unwoken. */
async function announce(
  { store: { states }, clock }: Needed,
  queue: QueueConfig,
  limits: LimitOverride | undefined,
): Promise<QueueLimits | undefined> {
  const set = { ...limits, since: clock.now() }
  for (;;) {
    const before = (await states.queueSettings()).limits.get(queue.name)
    const after = withQueueLimits(queue, before, set)
    if (await states.saveQueueLimits(queue.name, after, before)) return after
  }
}
