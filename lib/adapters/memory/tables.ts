/** What the memory store holds: plain data, so that a simulation can look at it and print it. */
import type { DeadLetter, LetterKey } from '../../core/job/dead-letter.ts'
import type { EndedRecord } from '../../core/job/ended-job.ts'
import type { RawItem } from '../../core/job/job.ts'
import type { Lock } from '../../core/job/lock.ts'
import type { Receipt } from '../../core/job/receipt.ts'
import type { AppRecord } from '../../core/limits/app-rate.ts'
import type { Part } from '../../core/limits/queue-size.ts'
import type { QueueLimits } from '../../core/queue/queue-limits.ts'
import type { QueuePause } from '../../core/queue/queue-pauses.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { CensusRecord } from '../../core/why/census.ts'
import type { DeclaredNote } from '../../ports/schedules.ts'
import { ItemCollection } from './item-collection.ts'
import type { ScheduleTable } from './schedule-table.ts'

export interface Tables {
  /** Shard → sort key → item. */
  readonly jobs: Map<string, ItemCollection>
  readonly states: Map<string, ShardState>
  readonly history: DeadLetter[]
  /** Both by their `pk`: in DynamoDB they stand in the History table. */
  readonly receipts: Map<string, Receipt>
  readonly locks: Map<string, Lock>
  /** By `pk` and `sk`, in the History table, too. */
  readonly ended: Map<string, EndedRecord>
  /** Queue → the numbers of shards that an earlier version had for it. */
  readonly earlierShards: Map<string, Set<number>>
  /** Part of the tables → the cursor at which the sweep goes on there. */
  readonly sweep: Map<string, string>
  census?: CensusRecord
  /** The numbers of jobs that count: `pk` → part → jobs. */
  sizes?: Map<string, Map<number, Part>>
  /** App → its rate as it was set at run time. */
  apps?: Map<string, AppRecord>
  /** Queue → who has paused it. */
  queuePauses?: Map<string, QueuePause>
  /** Queue → the limits that are set for all of its partitions. */
  queueLimits?: Map<string, QueueLimits>
  schedules?: ScheduleTable
  /** Somebody may have damaged it. */
  schedulePartitions?: Readonly<Record<string, unknown>>
  declaredSchedules?: DeclaredNote
  /** Called for each new job, as the stream would be. */
  onInsert?: (item: RawItem) => void
  /** Called for each job that is marked, as the stream would be. */
  onChange?: (item: RawItem) => void
}

export const emptyTables = (): Tables => ({
  jobs: new Map(),
  states: new Map(),
  history: [],
  receipts: new Map(),
  locks: new Map(),
  ended: new Map(),
  earlierShards: new Map(),
  sweep: new Map(),
})

export function putJob(tables: Pick<Tables, 'jobs' | 'onInsert'>, item: RawItem): void {
  const shard = tables.jobs.get(item.pk) ?? new ItemCollection()
  const isNew = !shard.has(item.sk)
  tables.jobs.set(item.pk, shard.set(item.sk, structuredClone(item)))
  if (isNew) tables.onInsert?.(structuredClone(item))
}

export function deleteJob(tables: Tables, { pk, sk }: { pk: string; sk: string }): boolean {
  const shard = tables.jobs.get(pk)
  const was = shard?.delete(sk) ?? false
  if (shard?.size === 0) tables.jobs.delete(pk)
  return was
}

/** In the place of one with the same key, as a put does. */
export function putLetter(tables: Tables, letter: DeadLetter): void {
  const { history } = tables
  const same = placeOfLetter(tables, letter)
  history.splice(same === -1 ? history.length : same, same === -1 ? 0 : 1, structuredClone(letter))
}

/** Where it stands in the history, or -1. */
export const placeOfLetter = ({ history }: Tables, letter: LetterKey): number =>
  history.findIndex(({ pk, sk }) => pk === letter.pk && sk === letter.sk)
