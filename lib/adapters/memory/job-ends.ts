/** How jobs that wait are ended, and marked as cancelled, in memory. */
import { isDeepStrictEqual } from 'node:util'
import { isOfWork, JUDGED_ATTRIBUTES, type RawItem } from '../../core/job/job.ts'
import { emptyState } from '../../core/shard/state.ts'
import type { JobStore, NotThere } from '../../ports/store.ts'
import { changeSizes } from './sizes.ts'
import { deleteJob, putLetter, type Tables } from './tables.ts'

export const memoryEnds = (tables: Tables): Pick<JobStore, 'peek' | 'cancel' | 'endWaiting'> => ({
  peek: async ({ pk, sk }) => structuredClone(tables.jobs.get(pk)?.get(sk)),
  cancel: async (item, mark) => {
    const notThere = whatIsThere(tables, item, JUDGED_ATTRIBUTES.filter(isOfWork))
    const found = tables.jobs.get(item.pk)?.get(item.sk)
    if (notThere || !found) return notThere ?? 'gone'
    const marked = { ...found, cancellation: structuredClone(mark) }
    tables.jobs.get(item.pk)?.set(item.sk, marked)
    tables.onChange?.(structuredClone(marked))
    return 'marked'
  },
  endWaiting: async ({ shard, version }, burials, expiresAt) => {
    const state = tables.states.get(shard)
    if (state?.version !== version) return 'stale'
    if (burials.some(({ item }) => whatIsThere(tables, item))) return 'stale'
    changeSizes(
      tables,
      burials.map(({ item }) => item),
      [],
    )
    for (const { item, letter } of burials) {
      deleteJob(tables, item)
      putLetter(tables, letter)
    }
    const kept = version === undefined && expiresAt !== undefined ? { expiresAt } : {}
    tables.states.set(shard, { ...(state ?? emptyState(shard)), ...kept, version: (version ?? 0) + 1 })
    return 'ended'
  },
})

/** If something else stands under the item's key, or nothing: what. */
export function whatIsThere(
  tables: Tables,
  item: RawItem,
  names: readonly string[] = JUDGED_ATTRIBUTES,
): NotThere | undefined {
  const found = tables.jobs.get(item.pk)?.get(item.sk)
  if (!found) return 'gone'
  return names.every((name) => isDeepStrictEqual(found[name], item[name])) ? undefined : 'changed'
}
