/** Limits of all partitions of a queue, set at run time, and listed. */
import { ConfigurationError, InvalidJobError } from '../core/errors.ts'
import { changeTo } from '../core/limits/change.ts'
import type { LimitOverride } from '../core/limits/limits.ts'
import type { QueueConfig } from '../core/queue/config.ts'
import { isLimiting } from '../core/queue/queue-limits.ts'
import { type QueueLimitsSeen, queueLimitsSeen } from '../core/why/queue-limits-seen.ts'
import { setQueueLimits } from '../use-cases/operate/set-queue-limits.ts'
import { queueOf } from './known-queue.ts'
import { type LimitsInput, type LimitsNote, toNote, toOverride } from './limits-input.ts'
import { checkProgress } from './progress.ts'
import type { Wiring } from './wiring.ts'

export interface QueueLimitsOptions extends LimitsNote {
  /** Called if more may run than before, after every few hundred state items: so many shards have been woken so far. */
  readonly onProgress?: (woken: number) => void
}

export interface LimitedQueue extends QueueLimitsSeen {
  readonly queue: string
}

export interface LimitedQueues {
  /** The queues for all of whose partitions somebody has set limits: which, by whom, and why. One read. */
  limitedQueues(): Promise<readonly LimitedQueue[]>
}

export const limitedQueuesOf = ({ store }: Wiring): LimitedQueues => ({
  limitedQueues: async () =>
    [...(await store.states.queueSettings()).limits].flatMap(([queue, limits]) =>
      isLimiting(limits) ? [{ queue, ...queueLimitsSeen(limits) }] : [],
    ),
})

/** @throws InvalidJobError if something else is named than a whole queue, ConfigurationError for limits that make no sense */
export async function setLimitsOfAll(
  wiring: Wiring,
  whole: unknown,
  limits: LimitsInput | null,
  options?: QueueLimitsOptions,
): Promise<void> {
  const { store, clock, events } = wiring
  const { onProgress, ...note } = options ?? {}
  checkProgress(onProgress)
  const queue = wholeQueue(wiring, whole)
  const override = toOverride(queue, limits, note)
  checkRule(queue, override)
  await setQueueLimits({ store, clock, wake: wiring.wake() }, queue, override, onProgress)
  const of = { queue: queue.name }
  events.emit({ kind: 'changed by hand', of, change: changeTo(override), note: toNote(note) })
}

function wholeQueue({ config }: Wiring, whole: unknown): QueueConfig {
  if (typeof whole !== 'object' || whole === null || !('queue' in whole) || Object.keys(whole).length > 1)
    throw new InvalidJobError(
      "limits are set for all partitions of a queue by setLimits({ queue: 'name' }, limits), and for one by setLimits('queue', 'partition', limits)",
    )
  return queueOf(config, whole.queue)
}

/** Then no partition has a rate, and one that it had would come on top. */
function checkRule({ name, rateRule }: QueueConfig, override: LimitOverride | undefined): void {
  if (rateRule && override?.rateLimit)
    throw new ConfigurationError(
      'rateLimit',
      `the rate of queue "${name}" goes by a rule of its own: set it for each value by setLimiter({ rate: '${name}', of: 'value' }, …)`,
    )
}
