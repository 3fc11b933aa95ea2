/** What people have set for whole queues, in memory. */
import { isDeepStrictEqual } from 'node:util'
import type { QueueSettingStore } from '../../ports/store.ts'
import type { Tables } from './tables.ts'

export const memoryQueueSettings = (tables: Tables): QueueSettingStore => ({
  queueSettings: async () => ({
    pauses: structuredClone(tables.queuePauses ?? new Map()),
    limits: structuredClone(tables.queueLimits ?? new Map()),
  }),
  saveQueuePause: async (queue, pause, before) => {
    tables.queuePauses ??= new Map()
    const isFree = before === undefined || isDeepStrictEqual(tables.queuePauses.get(queue), before)
    return put(tables.queuePauses, queue, pause, isFree)
  },
  saveQueueLimits: async (queue, limits, before) => {
    tables.queueLimits ??= new Map()
    const isFree = before?.problem !== undefined || isDeepStrictEqual(tables.queueLimits.get(queue), before)
    return put(tables.queueLimits, queue, limits, isFree)
  },
})

function put<Said>(
  said: Map<string, Said>,
  queue: string,
  value: Said | undefined,
  isFree: boolean,
): boolean {
  if (!isFree) return isDeepStrictEqual(said.get(queue), value)
  if (value === undefined) said.delete(queue)
  else said.set(queue, structuredClone(value))
  return true
}
