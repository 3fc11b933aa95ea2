/** What Sluice needs of the item that says what people have set for whole queues. */
import type { QueueLimits } from '../core/queue/queue-limits.ts'
import type { QueuePause } from '../core/queue/queue-pauses.ts'
import type { QueueSettings } from '../core/queue/queue-settings.ts'

export interface QueueSettingStore {
  queueSettings(): Promise<QueueSettings>
  /**
   * Pauses a queue, whatever has been said of it, or replaces what stood there, or with `undefined` removes it, if it is still
   * what was read: `before`. `false`: somebody has said something else since.
   */
  saveQueuePause(queue: string, pause: QueuePause | undefined, before?: QueuePause): Promise<boolean>
  /**
   * Replaces the limits that are set for all partitions of a queue, or with `undefined` removes them, if they still are what was
   * read: `before`, with `undefined` for none. What nobody can read is replaced whatever it is. `false`: somebody has set others since.
   */
  saveQueueLimits(
    queue: string,
    limits: QueueLimits | undefined,
    before: QueueLimits | undefined,
  ): Promise<boolean>
}
