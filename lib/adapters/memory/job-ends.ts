/** How jobs that wait are ended, and marked as cancelled, in memory. */
import { isDeepStrictEqual } from 'node:util'
import { isOfWork, JUDGED_ATTRIBUTES, type RawItem } from '../../core/job/job.ts'
import { emptyState, type ShardVersion } from '../../core/shard/state.ts'
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
  endWaiting: async (state, burials, expiresAt) => {
    if (!isUnpassed(tables, state)) return 'stale'
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
    passOver(tables, state, expiresAt)
    return 'ended'
  },
})

/** Whether no pass has been made since the state was read. */
export const isUnpassed = ({ states }: Tables, { shard, version }: ShardVersion): boolean =>
  states.get(shard)?.version === version

/** Counts as a pass. An item that is made by this may go then. */
export function passOver(
  { states }: Tables,
  { shard, version }: ShardVersion,
  expiresAt: number | undefined,
): void {
  const kept = version === undefined && expiresAt !== undefined ? { expiresAt } : {}
  states.set(shard, { ...(states.get(shard) ?? emptyState(shard)), ...kept, version: (version ?? 0) + 1 })
}

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
