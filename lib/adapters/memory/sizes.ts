/** The numbers of jobs that are there, in memory. */
import { changesOf, type PartKey, type Room } from '../../core/job/counted.ts'
import { isSameItem, type JobItem, type RawItem } from '../../core/job/job.ts'
import type { PartCounts } from '../../core/limits/queue-size.ts'
import type { CountedOutcome } from '../../ports/store.ts'
import { putJob, type Tables } from './tables.ts'

export function changeSizes(tables: Tables, taken: readonly RawItem[], put: readonly RawItem[]): void {
  tables.sizes ??= new Map()
  for (const { pk, sk, by } of changesOf(taken, put)) {
    const parts = tables.sizes.get(pk) ?? new Map<number, number>()
    tables.sizes.set(pk, parts.set(Number(sk), countAt(tables, { pk, sk }) + by))
  }
}

export const isFull = (tables: Tables, rooms: readonly Room[] = []): boolean =>
  rooms.some(
    ({ most, others = [], ...key }) =>
      countAt(tables, key) >= most || others.some((other) => countAt(tables, other) > other.count),
  )

export function putCounted(tables: Tables, item: JobItem, rooms?: readonly Room[]): CountedOutcome {
  const found = tables.jobs.get(item.pk)?.get(item.sk)
  if (found) return isSameItem(found, item) ? 'exists' : 'taken'
  if (isFull(tables, rooms)) return 'full'
  changeSizes(tables, [], [item])
  putJob(tables, item)
  return 'put'
}

export const readSize = ({ sizes }: Tables, pk: string): PartCounts => new Map(sizes?.get(pk))

const countAt = ({ sizes }: Tables, { pk, sk }: PartKey): number => sizes?.get(pk)?.get(Number(sk)) ?? 0
