/** The item that says which queues are paused, behind the network: the observer sees who has read what, and who changes it. */
import type { QueuePauseStore } from '../../../lib/ports/queue-pauses.ts'
import type { Invocation } from './invocation.ts'
import { caller, type StoreWorld } from './store.ts'

export function simulatedPauses(
  world: StoreWorld,
  by: Invocation,
  { queuePauses, saveQueuePause }: QueuePauseStore,
): QueuePauseStore {
  const call = caller(world, by)
  const now = (queue: string) => world.tables.queuePauses?.get(queue)
  return {
    queuePauses: () => call('readPauses', queuePauses, (pauses) => ({ op: 'readPauses', pauses })),
    saveQueuePause: (queue, ...change) => {
      let was: ReturnType<typeof now>
      const save = () => {
        was = now(queue)
        return saveQueuePause(queue, ...change)
      }
      return call('savePause', save, () => ({ op: 'savePause', queue, was, is: now(queue) }))
    },
  }
}
