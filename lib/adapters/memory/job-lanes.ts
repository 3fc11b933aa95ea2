/** How jobs that wait are moved from one shard into another, in memory. */
import { emptyState } from '../../core/shard/state.ts'
import type { JobStore } from '../../ports/store.ts'
import { whatIsThere } from './job-ends.ts'
import { changeSizes } from './sizes.ts'
import { deleteJob, putJob, type Tables } from './tables.ts'
import { takeLockAlong } from './unique.ts'

export const memoryLanes = (tables: Tables): Pick<JobStore, 'moveWaiting'> => ({
  moveWaiting: async ({ shard, version }, moves, expiresAt) => {
    const state = tables.states.get(shard)
    if (state?.version !== version || moves.some(({ item }) => whatIsThere(tables, item))) return 'stale'
    if (moves.some(({ next }) => next && tables.jobs.get(next.pk)?.has(next.sk))) return 'occupied'
    changeSizes(
      tables,
      moves.map(({ item }) => item),
      moves.flatMap(({ next }) => (next ? [next] : [])),
    )
    for (const { item, next } of moves) {
      deleteJob(tables, item)
      if (!next) continue
      putJob(tables, next)
      takeLockAlong(tables, item, next)
    }
    const kept = version === undefined && expiresAt !== undefined ? { expiresAt } : {}
    tables.states.set(shard, { ...(state ?? emptyState(shard)), ...kept, version: (version ?? 0) + 1 })
    return 'moved'
  },
})
