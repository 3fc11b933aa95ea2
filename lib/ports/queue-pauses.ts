/** What Sluice needs of the item that says which queues are paused. */
import type { QueuePause, QueuePauses } from '../core/queue/queue-pauses.ts'

export interface QueuePauseStore {
  queuePauses(): Promise<QueuePauses>
  /**
   * Pauses a queue, whatever has been said of it, or replaces what stood there, or with `undefined` removes it, if it is still
   * what was read: `before`. `false`: somebody has said something else since.
   */
  saveQueuePause(queue: string, pause: QueuePause | undefined, before?: QueuePause): Promise<boolean>
}
