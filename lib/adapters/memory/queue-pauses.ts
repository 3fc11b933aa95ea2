/** Which queues are paused, in memory. */
import { isDeepStrictEqual } from 'node:util'
import type { QueuePauseStore } from '../../ports/store.ts'
import type { Tables } from './tables.ts'

export const memoryQueuePauses = (tables: Tables): QueuePauseStore => ({
  queuePauses: async () => structuredClone(tables.queuePauses ?? new Map()),
  saveQueuePause: async (queue, pause, before) => {
    tables.queuePauses ??= new Map()
    const now = tables.queuePauses.get(queue)
    if (before !== undefined && !isDeepStrictEqual(now, before)) return isDeepStrictEqual(now, pause)
    if (pause === undefined) tables.queuePauses.delete(queue)
    else tables.queuePauses.set(queue, structuredClone(pause))
    return true
  },
})
