/** The two queues in memory, for tests. */
import type { DelayedFire, DelayedWake, WakeQueue, WorkMessage, WorkQueue } from '../../ports/queues.ts'

/** Queues that only remember what was sent: whoever made them decides what arrives when. */
export function memoryQueues() {
  const sent: { work: WorkMessage[]; wakes: (DelayedWake | DelayedFire)[] } = { work: [], wakes: [] }
  const work: WorkQueue = { send: async (messages) => void sent.work.push(...messages) }
  const wake: WakeQueue = { send: async (messages) => void sent.wakes.push(...messages) }
  return { work, wake, sent }
}
