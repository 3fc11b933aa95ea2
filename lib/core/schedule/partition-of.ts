/** In which partition a schedule lies: by a stable hash of its key or of a value of its payload, or where a selector has put it. */
import { InvalidJobError } from '../errors.ts'
import { type PartitionRule, partitionOf } from '../queue/partition.ts'
import { stableHash } from '../text/hash.ts'
import type { Schedule } from './schedule.ts'

/** What the configuration says of partitions of schedules. */
export interface Partitioning {
  /** How many there are. */
  readonly partitions: number
  /** Schedules with the same values share a partition. Absent: each goes by its key. */
  readonly partitionBy?: PartitionRule
}

export type Placed = Pick<Schedule, 'key' | 'task' | 'payload' | 'chosen'>

/** Whoever writes a schedule puts it there: so another count, or another rule, moves it with its next tick. */
export function schedulePartition({ partitions, partitionBy }: Partitioning, schedule: Placed): number {
  return (schedule.chosen ?? stableHash(spreadBy(partitionBy, schedule))) % partitions
}

/** A schedule without the value is nobody's mistake: it goes by its key. */
function spreadBy(rule: PartitionRule | undefined, { key, task, payload }: Placed): string {
  if (!rule) return key
  try {
    return partitionOf(rule, { task, payload })
  } catch (error) {
    if (error instanceof InvalidJobError) return key
    throw error
  }
}
