/** The item that says what is set for whole queues, behind the network: the observer sees who has read what, and who changes it. */
import type { QueueSettingStore } from '../../../lib/ports/queue-settings.ts'
import type { Invocation } from './invocation.ts'
import { caller, type StoreWorld } from './store.ts'

export function simulatedSettings(
  world: StoreWorld,
  by: Invocation,
  { queueSettings, saveQueuePause, saveQueueLimits }: QueueSettingStore,
): QueueSettingStore {
  const call = caller(world, by)
  const now = (queue: string) => world.tables.queuePauses?.get(queue)
  return {
    queueSettings: () =>
      call('readSettings', queueSettings, (settings) => ({ op: 'readSettings', settings })),
    saveQueuePause: (queue, ...change) => {
      let was: ReturnType<typeof now>
      const save = () => {
        was = now(queue)
        return saveQueuePause(queue, ...change)
      }
      return call('savePause', save, () => ({ op: 'savePause', queue, was, is: now(queue) }))
    },
    saveQueueLimits: (queue, ...change) => {
      const limits = () => world.tables.queueLimits?.get(queue)
      let was: ReturnType<typeof limits>
      const save = () => {
        was = limits()
        return saveQueueLimits(queue, ...change)
      }
      return call('saveLimits', save, () => ({ op: 'saveLimits', queue, was, is: limits() }))
    },
  }
}
